"""Sources of pictures and sound: the scene, files, cameras of this computer and of the network, screens, pipes."""
