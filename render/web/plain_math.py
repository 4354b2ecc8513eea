r"""Mathematics of a title as plain letters: $x^3$ as x³; a page has no typesetter."""

import re

from fitreel.render.text.fonts import math_pieces

_RAISED = dict(zip("0123456789+-=()nixy", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱˣʸ", strict=True))
_LOWERED = dict(zip("0123456789+-=()aeioxnmktp", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑᵢₒₓₙₘₖₜₚ", strict=True))
_NAMED = {
    "cdot": "·", "times": "×", "pm": "±", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "approx": "≈", "to": "→", "rightarrow": "→", "infty": "∞", "partial": "∂",
    "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "in": "∈", "ldots": "…",
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "varphi": "φ",
    "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
_COMMAND = re.compile(r"\\([a-zA-Z]+) ?")
_SCRIPT = re.compile(r"([\^_])(?:\{([^{}]*)\}|(.))")


def plain_math(text: str) -> str:
    r"""A text without its dollar signs; \$ is a dollar."""
    pieces = math_pieces(text)
    if not pieces:
        return text.replace(r"\$", "$")
    return "".join(
        _plain(piece) if number % 2 else piece.replace(r"\$", "$")
        for number, piece in enumerate(pieces)
    )


def _plain(formula: str) -> str:
    named = _COMMAND.sub(lambda match: _NAMED.get(match[1], match[1]), formula)
    scripts = _SCRIPT.sub(_script, named)
    return re.sub(r"\\[,;:! ]?|[{}]", "", scripts).replace("-", "−")


def _script(match: re.Match[str]) -> str:
    """Raised or lowered letters, where all of them have such a form."""
    letters = match[2] if match[2] is not None else match[3]
    forms = _RAISED if match[1] == "^" else _LOWERED
    if all(letter in forms for letter in letters):
        return "".join(forms[letter] for letter in letters)
    return f"{match[1]}({letters})" if len(letters) > 1 else f"{match[1]}{letters}"
