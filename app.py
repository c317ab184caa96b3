"""The home page: what there is to try, in the order of the course."""

from dashboard import home, shell

with shell.page(shell.HOME):
    home.show_course()
