"""placeholder"""


def mermaid() -> str:
    return "stateDiagram-v2"
