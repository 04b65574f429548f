"""The small real datasets of scikit-learn, with their own names of features and classes."""

from pathlib import Path
from typing import ClassVar

from typing_extensions import override

from npnet.data.datasets import Dataset, Source, classification, datasets, regression


class Bundled(Source):
    """A dataset out of scikit-learn's package: no download, no options, the same rows for every seed."""

    loader: ClassVar[str]  # the function of sklearn.datasets that loads it

    @override
    def load(self, base: Path, seed: int) -> Dataset:
        import sklearn.datasets

        bunch = getattr(sklearn.datasets, self.loader)()
        features = tuple(str(name) for name in bunch.feature_names)
        if "target_names" not in bunch:
            return regression(bunch.data, bunch.target, features, ("target",))
        classes = tuple(str(name) for name in bunch.target_names)
        return classification(bunch.data, bunch.target, features, "class", classes)


@datasets.add("iris")
class Iris(Bundled):
    """Three species of iris by four lengths of their flowers, 150 rows.

    Fisher, The use of multiple measurements in taxonomic problems, 1936.
    """

    loader = "load_iris"


@datasets.add("wine")
class Wine(Bundled):
    """Three cultivars of Italian wine by thirteen chemical measurements, 178 rows.

    Forina et al., PARVUS, 1988; UCI Machine Learning Repository.
    """

    loader = "load_wine"


@datasets.add("breast_cancer")
class BreastCancer(Bundled):
    """Malignant (0) or benign (1) breast tumours by thirty measures of cell nuclei, 569 rows.

    Street, Wolberg and Mangasarian, Nuclear feature extraction for breast tumor diagnosis, 1993.
    """

    loader = "load_breast_cancer"


@datasets.add("digits")
class Digits(Bundled):
    """Handwritten digits of 8 by 8 pixels with values from 0 to 16, 1797 rows.

    Alpaydin and Kaynak, Optical recognition of handwritten digits, 1998; UCI Machine Learning Repository.
    """

    loader = "load_digits"


@datasets.add("diabetes")
class Diabetes(Bundled):
    """The course of diabetes after one year (regression) by ten measurements, 442 rows.

    Efron, Hastie, Johnstone and Tibshirani, Least angle regression, 2004. The features are centred and scaled.
    """

    loader = "load_diabetes"
