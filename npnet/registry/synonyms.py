"""Synonyms: what other libraries call what a config can name. For hints alone: none is accepted as a name."""

import re
from collections.abc import Iterator, Sequence

SUFFIXES = ("loss", "layer", "lr", "1d", "2d", "score", "optimizer", "scheduler", "initializer", "classification")
PREFIXES = ("make", "load", "fetch")

# npnet's name: what it is called elsewhere, squashed (lower case, letters and digits alone)
NAMES = {
    # keys of a config
    "learning_rate": "lr eta rate stepsize learnrate learningrateinit initiallr baselr maxlr",
    "epochs": "nepochs numepochs maxepochs epoch numepoch iterations niter maxiter ntrainepochs numtrainepochs",
    "batch_size": "bs batch minibatch minibatchsize trainbatchsize nbatch",
    "seed": "randomstate randomseed rngseed manualseed rng",
    "optimizer": "opt optim solver optimiser",
    "loss": "lossfn lossfunction lossfunc criterion objective cost costfunction",
    "dataset": "data trainset traindata datasets dataframe input",
    "layers": "model network net architecture layer arch",
    "schedule": "scheduler lrschedule lrscheduler learningrateschedule lrdecay lrpolicy sched",
    "early_stopping": "earlystop es stopearly stopping",
    "metrics": "metric scoring scores",
    "scale": "normalize normalise normalization scaling scaler standardize standardise normalizer",
    "prepare": "preprocessing preprocess preprocessor transform transforms",
    "cv": "crossvalidation crossval kfold folds nfolds nsplits kfolds numfolds k",
    "dtype": "precision floattype floatx",
    "clip_norm": "gradclip gradientclip gradientclipping gradclipnorm clipgrad clipgradnorm maxgradnorm gradientclipval"
    " clipgradient gradientclipnorm",
    "clip_value": "clipgradvalue gradclipvalue gradientclipvalue",
    "threads": "nthreads numthreads njobs workers numworkers nworkers jobs cores",
    "weights": "pretrained initfrom warmstart checkpoint startfrom finetunefrom loadweights",
    "class_weight": "classweights posweight scaleposweight",
    "ensemble": "ensembles nmodels nmembers members nestimators numestimators bagging",
    "evaluate_every": "evalevery valevery valinterval evalinterval checkvaleverynepoch validationfreq",
    "checkpoint_every": "saveevery checkpointinterval savefreq saveinterval",
    "monitor": "watch monitored savebest bestmetric",
    "threshold": "cutoff decisionthreshold",
    "temperature": "calibrate calibration",
    "l1": "l1reg l1penalty lasso l1regularization l1lambda",
    "l2": "l2reg l2penalty ridge l2regularization l2lambda alpha regularization reg",
    "max_norm": "maxweightnorm maxnormconstraint weightconstraint",
    "extends": "include base defaults parent inherits inherit import",
    "split": "splits trainvaltestsplit traintestsplit",
    "sweep": "hyperparameters grid paramgrid searchspace tune search hpo",
    # layers
    "linear": "dense fc fullyconnected lin affine output denselayer mlp perceptron hidden",
    "batch_norm": "bn batchnormalization batchnormalisation",
    "layer_norm": "ln layernormalization layernormalisation",
    "leaky_relu": "lrelu leaky prelu rrelu",
    "relu": "rectifier relu6 rectifiedlinear",
    "silu": "swish hardswish",
    "sigmoid": "logistic expit sigm hardsigmoid",
    "tanh": "hyperbolictangent hardtanh",
    "dropout": "drop alphadropout",
    "residual": "res resblock residualblock skip resnet shortcut skipconnection",
    "embedding": "emb embed embeddings entityembedding",
    "periodic": "fourier sincos plr positional positionalencoding",
    # losses
    "mean_squared_error": "mse l2 squarederror quadratic leastsquares rmse meansquared",
    "mean_absolute_error": "mae l1 absoluteerror meanabsolute",
    "binary_cross_entropy": "bce bcewithlogits logloss binarycrossentropywithlogits binary sigmoidcrossentropy",
    "cross_entropy": "ce categoricalcrossentropy sparsecategoricalcrossentropy nll softmaxcrossentropy xent softmax"
    " negativeloglikelihood categorical",
    "huber": "smoothl1",
    "quantile": "pinball",
    "poisson": "poissonnll",
    "hinge": "svm margin marginranking hingeembedding squaredhinge",
    # optimizers
    "sgd": "gd gradientdescent stochasticgradientdescent vanilla",
    "momentum": "mu sgdm sgdmomentum sgdwithmomentum momentumsgd heavyball",
    "nesterov": "nag nesterovmomentum sgdnesterov",
    "adam": "adamax radam amsgrad adadelta adabelief",
    "adamw": "adamweightdecay",
    # metrics
    "roc_auc": "auc auroc aucroc roc areaundercurve",
    "accuracy": "acc categoricalaccuracy binaryaccuracy",
    "balanced_accuracy": "balancedacc bacc",
    "f1": "fscore fmeasure f f1macro",
    "precision": "ppv",
    "recall": "sensitivity tpr hitrate",
    "log_loss": "crossentropy ce nll binarycrossentropy bce",
    "brier": "brierscoreloss",
    "r2": "rsquared r2d coefficientofdetermination",
    "rmse": "mse rootmeansquarederror meansquarederror",
    "mae": "meanabsoluteerror",
    # schedules
    "constant": "none fixed",
    "step": "multistep piecewise piecewiseconstant staircase",
    "exponential": "exp exponentialdecay",
    "polynomial": "poly linear lineardecay linearwarmup polynomialdecay",
    "cosine": "cosineannealing cos cosinedecay cosineannealingwarmrestarts sgdr warmup cosinewarmup cosinerestarts",
    "reduce_on_plateau": "plateau reducelronplateau reduceonplateau",
    # initializers
    "glorot_uniform": "xavier xavieruniform glorot",
    "glorot_normal": "xaviernormal",
    "he_uniform": "kaiming kaiminguniform he",
    "he_normal": "kaimingnormal msra",
    "lecun_normal": "lecun",
    "uniform": "randomuniform rand",
    "normal": "randomnormal gaussian randn truncatednormal truncnormal",
    "zeros": "zero",
    "ones": "one",
    # datasets
    "table": "csv file dataframe parquet tsv tabular pandas jsonl",
    "gaussian_quantiles": "gaussian",
    "friedman1": "friedman",
    "breast_cancer": "cancer",
    "digits": "mnist",
    # methods of a sweep
    "grid": "gridsearch exhaustive",
    "random": "randomsearch randomized",
    "tpe": "bayes bayesian optuna hyperopt bayesianoptimization",
    "halving": "hyperband asha successivehalving",
    "listed": "list points",
    # options
    "units": "outfeatures outputdim outdim nodes neurons width outputs features hiddensize hidden nunits numunits size",
    "init": "kernelinitializer weightinit weightinitializer initializer initialization kernelinit new create start",
    "bias_init": "biasinitializer",
    "rate": "p prob probability droprate dropoutrate",
    "slope": "negativeslope alpha",
    "epsilon": "eps",
    "weight_decay": "wd decay weightdecayrate",
    "rho": "alpha smoothing decay",
    "min": "low lower start from minimum",
    "max": "high upper stop end to maximum",
    "missing": "impute imputation imputer fillna",
    "beta1": "b1 momentum",
    "beta2": "b2",
    "delta": "beta",
    "label_smoothing": "smoothing",
    "drop": "gamma factor dropcolumns exclude ignore dropcols",
    "every": "stepsize period",
    "minimum": "etamin minlr alpha",
    "warm_up": "warmupepochs warmupsteps",
    "restarts": "cycles numcycles",
    "rise": "pctstart",
    "decay": "gamma rate",
    "power": "degree",
    "min_delta": "tol delta mindelta threshold",
    "patience": "niternochange wait epochs",
    "validation": "val valid dev validationsplit valsplit validationsize valsize validationfraction evalset",
    "test": "testsize testsplit holdout heldout",
    "folds": "nsplits k nfolds",
    "repeats": "nrepeats repetitions",
    "samples": "nsamples n size rows",
    "classes": "nclasses centers numclasses",
    "target": "label labels y targets targetcolumn outcome response dependent",
    "path": "file filename csv filepath url source location",
    "delimiter": "sep separator",
    "na_values": "na nan missingvalues nanvalues nullvalues",
    "positive_class": "poslabel positive positivelabel",
    "group": "groups groupby groupcolumn cluster",
    "time": "date timestamp timecolumn",
    "weight": "sampleweight weights sampleweights weightcolumn",
    "numbers": "numeric scaling scaler scale",
    "trials": "ntrials niter budget numtrials iterations",
    "seeds": "repeats repetitions nseeds",
    "parameters": "params hyperparameters paramgrid space searchspace grid",
    "method": "algorithm strategy sampler algo",
    "name": "metric score",
    # words that an option takes
    "classification": "classifier class classify",
    "regression": "regressor regress reg",
    "counts": "count",
    "float32": "float fp32 f32 single float16 fp16 half bfloat16",
    "float64": "double fp64 f64",
    "standard": "standardscaler zscore std meanstd true",
    "robust": "robustscaler",
    "min_max": "minmaxscaler",
    "balanced": "auto",
    "auto": "max all automatic",
    "all": "full fullbatch",
    "maximize": "max maximise",
    "minimize": "min minimise",
    "log_uniform": "log loguniform",
    "int_uniform": "int integer",
    # commands
    "train": "fit run learn",
    "evaluate": "eval test validate",
    "predict": "infer inference apply",
    "runs": "ls history experiments",
    "plot": "draw graph visualize visualise",
    "resume": "continue restart",
}


def squashed(word: str) -> str:
    """The letters and digits of a word in lower case: LayerNorm, layer-norm and layer_norm are one."""
    return re.sub(r"[\W_]", "", word.lower())


MEANINGS: dict[str, list[str]] = {}
for _name, _words in NAMES.items():
    for _word in _words.split():
        MEANINGS.setdefault(_word, []).append(_name)


def synonym(word: str, words: Sequence[str]) -> str | None:
    """The known word that is spelt alike, or means what the word means elsewhere; None where there is none."""
    head, dot, tail = word.rpartition(".")
    if dot and any(known.startswith(f"{head}.") for known in words):  # test.auc among test.roc_auc and others
        inner = synonym(tail, [known.removeprefix(f"{head}.") for known in words if known.startswith(f"{head}.")])
        return inner and f"{head}.{inner}"
    alike = {squashed(known): known for known in words}
    for form in _forms(squashed(word)):
        if form in alike:
            return alike[form]
        if found := next((name for name in MEANINGS.get(form, ()) if name in words), None):
            return found
    return None


def _forms(word: str) -> Iterator[str]:
    """A squashed word as it is, then without what other libraries put before and after their names."""
    yield word
    yield from (word.removesuffix(suffix) for suffix in SUFFIXES if word.endswith(suffix) and word != suffix)
    yield from (word.removeprefix(prefix) for prefix in PREFIXES if word.startswith(prefix) and word != prefix)
