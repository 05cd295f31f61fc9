app_name = "mini_erp"
app_title = "mini_erp"

scheduler_events = {"all": ["mini_erp.api.log_tick"]}
