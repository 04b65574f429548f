import pytest


@pytest.fixture(autouse=True)
def _double():
    """Float64 throughout: NAdam keeps a product of its own in the default dtype."""
    torch = pytest.importorskip("torch")
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(1)
    yield
    torch.set_default_dtype(torch.float32)
