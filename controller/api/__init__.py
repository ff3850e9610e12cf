"""MXJob as data. Pure: values over raw objects, constants, defaulting, validation, naming."""
