console.log('mini_erp');
