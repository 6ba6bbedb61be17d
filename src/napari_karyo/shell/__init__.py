"""The command ``napari-karyo``: what the plugin does, from the shell and without Qt.

`app` runs a command line; each command is a function of a module of its name, which may be
called from Python too.
"""
