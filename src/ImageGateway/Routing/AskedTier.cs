using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>The tier a job requests: by header, by alias, or by its image parameters.</summary>
internal static class AskedTier
{
    /// <summary>The tier; null for a job that names a real model, deployment or target.</summary>
    public static Tier? Of(ImageJob job, Caller caller, RoutingTable table, List<Adjustment> adjustments)
    {
        if (job.Tier is { } asked)
        {
            if (job.Model is not null && !string.Equals(job.Model, Word(asked), StringComparison.Ordinal))
                adjustments.Add(new Adjustment("model", job.Model, Word(asked)));
            return asked;
        }
        if (job.Model is null)
            return Automatic(job.Parameters, caller);
        // In Azure's paths an alias has the lowest precedence.
        var isTaken = job.IsDeploymentPath && table.Named(job.Model, deploymentFirst: true).Count > 0;
        if (isTaken || !RoutingTable.IsAlias(job.Model, out var tier))
            return null;
        return tier ?? Automatic(job.Parameters, caller);
    }

    /// <summary>The alias of a tier.</summary>
    public static string Word(Tier tier) => tier == Tier.Draft ? "draft" : "final";

    private static Tier Automatic(ImageParameters asked, Caller caller) => asked switch
    {
        { Quality: "low" } => Tier.Draft,
        { Quality: "high" or "hd" } or { InputFidelity: "high" } => Tier.Final,
        _ => caller.DefaultTier,
    };
}
