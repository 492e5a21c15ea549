"""Figures as files that other programs take: pictures for papers and slides that need no font, numbers and charts."""
