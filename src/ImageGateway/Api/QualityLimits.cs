using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;

namespace ImageGateway.Api;

/// <summary>Leaves out targets that would draw in a better quality than a limit allows; <c>auto</c> counts as the model's highest.</summary>
internal static class QualityLimits
{
    /// <summary>The plan with the rest.</summary>
    /// <exception cref="GatewayException">None is left: 403.</exception>
    public static Plan Apply(Plan plan, IEnumerable<ScopeLimits> scopes)
    {
        var targets = plan.Targets;
        foreach (var scope in scopes.Where(scope => !scope.WarnsOfQuality))
        {
            targets = [.. targets.Where(planned => Ceiling.Quality(planned.Dialect.Sent.Quality, scope.MaxQuality, planned.Target.Model) is null)];
            if (targets.Count == 0)
                throw new GatewayException(ErrorKind.QualityNotAllowed, $"The quality '{GatewayException.Shortened(plan.Targets[0].Dialect.Sent.Quality ?? "auto")}' is above what {scope.Scope} may use. Allowed: at most {scope.MaxQuality}.", "quality");
        }
        return targets.Count == plan.Targets.Count ? plan : plan with { Targets = targets };
    }
}
