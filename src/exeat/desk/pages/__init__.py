"""The pages of the desk: they show and they ask; they decide nothing.

Every page is made from what the parts of :class:`exeat.desk.service.Desk` answer, laid out as in
:mod:`exeat.desk.pages.views`. No rule of law stands here.
"""
