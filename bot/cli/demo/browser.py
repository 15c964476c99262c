"""Opens the page, where there is a browser with a window of its own: one that lives in the terminal would take it over."""

import webbrowser


def opened(address: str) -> bool:
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    in_terminal = isinstance(found, webbrowser.GenericBrowser) and not isinstance(found, webbrowser.BackgroundBrowser)
    if in_terminal:
        return False
    try:
        return found.open(address)
    except (webbrowser.Error, OSError):
        return False
