def page(result, config):
    return "todo"
