using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>The route of a job and the targets it may go to, fallbacks last; <see cref="Model"/> is the asked model, where one was asked for.</summary>
internal sealed record Candidates(RoutePolicy Route, IReadOnlyList<Target> Targets, bool AskedByName, string? Model = null)
{
    /// <summary>True when the request named the model, or a deployment or target of it; not for another model that stands in.</summary>
    public bool Asks(Model model) => AskedByName && (Model is null || Model == model.Name);

    /// <summary>The candidates of a job.</summary>
    /// <exception cref="GatewayException">404: nothing goes by the name, or it is retired and nothing takes its place.</exception>
    public static Candidates For(ImageJob job, Caller caller, Tier? tier, RoutingTable table, DateOnly today, List<Adjustment> adjustments)
    {
        if (tier is { } wanted)
        {
            var policy = table.RouteForTier(job, caller, wanted);
            return policy is not null ? new Candidates(policy, [.. policy.Targets, .. policy.Fallback], false) : throw NotFound(job.Model ?? AskedTier.Word(wanted));
        }
        var named = table.Named(job.Model!, job.IsDeploymentPath);
        var asked = named.Count > 0 ? named[0].Model : table.Catalogue.Models.GetValueOrDefault(job.Model!);
        if (asked is null)
            throw NotFound(job.Model!);
        var route = table.RouteFor(job, caller, null, asked.Name) ?? RoutePolicy.None;
        // Who names a deployment or a provider means just that; a route chooses among the servers of a model.
        // On Azure a deployment often has its model's name.
        var isDeployment = job.IsDeploymentPath && named.Count > 0 && named[0].IsDeployment && named[0].UpstreamName == job.Model;
        var isModel = asked.Name == job.Model && !isDeployment;
        IReadOnlyList<Target> targets = isModel && route.Targets.Count > 0 ? [.. route.Targets, .. route.Fallback] : named;
        if (targets.Any(target => !IsRetired(target, today)))
            return new Candidates(route, targets, true, isModel ? asked.Name : null);
        // What nobody serves is a mistake, unless its time is over wherever it was.
        var isHistory = targets.Count > 0 || asked.Shutdown.Values.Any(day => day <= today);
        return isHistory && route.Substitute == SubstituteAction.Allow ? Successors(job, asked, route, table, today, adjustments) : throw NotFound(job.Model!);
    }

    /// <summary>True when the target is gone.</summary>
    public static bool IsRetired(Target target, DateOnly today) => target.Shutdown <= today;

    private static Candidates Successors(ImageJob job, Model asked, RoutePolicy route, RoutingTable table, DateOnly today, List<Adjustment> adjustments)
    {
        for (var next = asked.Successor; next is not null; next = table.Catalogue.Models[next].Successor)
        {
            var targets = table.Named(next, deploymentFirst: false);
            if (targets.All(target => IsRetired(target, today)))
                continue;
            adjustments.Add(new Adjustment("model", job.Model!, next));
            return new Candidates(route, targets, false);
        }
        throw NotFound(job.Model!);
    }

    private static GatewayException NotFound(string model) =>
        new(ErrorKind.ModelNotFound, $"The model '{GatewayException.Shortened(model)}' does not exist, or nothing here serves it. GET /v1/models lists what does.", "model");
}
