using ImageGateway.Images;
using ImageGateway.Quotas;
using ImageGateway.Routing;

namespace ImageGateway.Api;

/// <summary>Removes targets that would generate in a higher quality than a limit allows; <c>auto</c> counts as the model's highest.</summary>
internal static class QualityLimits
{
    /// <summary>The plan with the remaining targets. For a limit that only warns, a header reports that a target would be removed.</summary>
    /// <exception cref="GatewayException">No target remains: 403.</exception>
    public static Plan Apply(Plan plan, IReadOnlyList<ScopeLimits> scopes, IHeaderDictionary headers)
    {
        var left = plan;
        foreach (var scope in scopes)
        {
            foreach (var limit in scope.Qualities.Where(limit => !limit.Warns))
            {
                left = Within(left, scope, limit);
                if (left.Targets.Count == 0)
                    throw new NoTargetException(Refusal(plan, scope, limit), left.Skipped);
            }
        }
        if (scopes.Any(scope => scope.Qualities.Any(limit => limit.Warns && left.Targets.Any(planned => IsAbove(planned, limit.Most)))))
            headers.Append("x-gateway-warning", "max_quality");
        return left;
    }

    private static Plan Within(Plan plan, ScopeLimits scope, QualityLimit limit)
    {
        var above = plan.Targets.ToLookup(planned => IsAbove(planned, limit.Most));
        return !above.Contains(true) ? plan : plan with
        {
            Targets = [.. above[false]],
            Skipped = [.. plan.Skipped, .. above[true].Select(planned => new SkippedTarget(planned.Target, SkipReason.NotAllowed, $"the quality '{Asked(planned)}' is above what {scope.Scope} may use: at most {limit.Most}", "quality"))],
        };
    }

    private static bool IsAbove(PlannedTarget planned, string most) => Ceiling.Quality(planned.Dialect.Sent.Quality, most, planned.Target.Model) is not null;

    private static string Asked(PlannedTarget planned) => GatewayException.Shortened(planned.Dialect.Sent.Quality ?? "auto");

    private static GatewayError Refusal(Plan plan, ScopeLimits scope, QualityLimit limit) => new(
        ErrorKind.QualityNotAllowed, $"The quality '{Asked(plan.Targets[0])}' is above what {scope.Scope} may use. Allowed: at most {limit.Most}.", "quality");
}
