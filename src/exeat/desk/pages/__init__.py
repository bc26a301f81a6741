"""The pages of the desk: they show and they ask; they decide nothing.

Every page is made from the plain views of :mod:`exeat.desk.pages.views`, which a
:class:`~exeat.desk.pages.port.Port` gives: the desk's own services, or the invented data of
:mod:`exeat.desk.pages.preview`. No rule of law stands here.
"""
