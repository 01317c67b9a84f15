"""One form a file: the view beside the model that reads it back. Block ids are the model's field names,
so that what is wrong stands beside its field."""
