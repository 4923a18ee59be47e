from steepest import errors as errors
from steepest import problems as problems
from steepest.basins import basins as basins
from steepest.custom import custom_derivative as custom_derivative
from steepest.descent import Descent as Descent
from steepest.descent import ascend as ascend
from steepest.descent import descend as descend
from steepest.descent import descend_many as descend_many
from steepest.descent import resume as resume
from steepest.diagnosis import Verdict as Verdict
from steepest.errors import SteepestError as SteepestError
from steepest.explanation import explain as explain
from steepest.function import Function as Function
from steepest.gradcheck import check_grad as check_grad
from steepest.native.cache import cache_info as cache_info
from steepest.nonfinite import why_not_finite as why_not_finite
from steepest.operators import grad as grad
from steepest.operators import hessian as hessian
from steepest.operators import jacobian as jacobian
from steepest.operators import value_and_grad as value_and_grad
from steepest.products import hvp as hvp
from steepest.products import jvp as jvp
from steepest.products import vjp as vjp
from steepest.slope import Slope as Slope
from steepest.sources.terrain import Terrain as Terrain

__version__: str
