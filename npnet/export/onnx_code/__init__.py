"""ONNX: the nodes of each operation of a document, in operators of opset 17 and of ml 3."""
