"""Writers of films, stills and folders of frames. They know no scene."""
