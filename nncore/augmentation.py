DEFORMATIONS = ("shift", "rotation", "scale", "shear", "thickness", "elastic")


def deform(images, deformations, generator):
    return images
