/** The parts that all others use. Python. */
export const BASE = `
import datetime, glob, gzip, hashlib, json, os, re, secrets, shutil, socket, ssl, subprocess, sys, tarfile, urllib.error, urllib.parse, urllib.request, zoneinfo
import time as clock

def read_json(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}

COMMON = read_json("sites/common_site_config.json")

def config_of(site):
    return {**COMMON, **read_json(f"sites/{site}/site_config.json")}
`;
