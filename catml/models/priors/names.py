"""The names of the priors and what they are in words; light, so that any module may ask."""

from typing import Literal, get_args

PriorName = Literal["chemisorption", "pure_metals"]
PRIOR_NAMES: tuple[PriorName, ...] = get_args(PriorName)

PRIOR_IN_WORDS: dict[PriorName, str] = {
    "chemisorption": "what a two-level chemisorption model of the d band leaves",
    "pure_metals": "the difference from the pure metal of the binding atom",
}
