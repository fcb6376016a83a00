using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>
/// The route of a job, its possible targets, and those for when none of them can serve; <see cref="Asked"/> is the model that
/// the request named, or of which it named a deployment or target; null for a tier. <see cref="NamesTargets"/>: it named the
/// targets themselves, whichever models they have.
/// </summary>
internal sealed record Candidates(RoutePolicy Route, IReadOnlyList<Target> Targets, IReadOnlyList<Target> Fallback, Model? Asked = null, bool NamesTargets = false)
{
    /// <summary>True when the request named the model, or a target of it; false for a model that substitutes another.</summary>
    public bool Asks(Model model) => NamesTargets || Asked?.Name == model.Name;

    /// <summary>The candidates of a job.</summary>
    /// <exception cref="GatewayException">404: nothing has this name, or it is retired without a substitute; 400: no target supports variations.</exception>
    public static Candidates For(ImageJob job, Caller caller, Tier? tier, RoutingTable table, DateOnly today)
    {
        if (tier is { } wanted)
        {
            var (policy, isOpen) = (table.RouteForTier(job, caller, wanted), job is { Operation: Operation.Variation, Model: null, Tier: null });
            if (policy is not null && (!isOpen || policy.Targets.Concat(policy.Fallback).Any(Varies)))
                return new Candidates(policy, policy.Targets, policy.Fallback);
            if (!isOpen)
                throw Unserved(job, AskedTier.Word(wanted));
        }
        var name = job.Model ?? Varying(caller, table, today) ?? throw Unserved(job, "");
        var named = table.Named(name, job.IsDeploymentPath);
        var asked = named.Count > 0 ? named[0].Model : table.Catalogue.Models.GetValueOrDefault(name);
        if (asked is null)
            throw NotFound(name);
        var route = table.RouteFor(job, caller, null, asked.Name) ?? RoutePolicy.None;
        // A request that names a deployment or a provider means exactly that one; for a model's name, a route chooses among its
        // targets. On Azure a deployment often has its model's name.
        var isDeployment = job.IsDeploymentPath && named.Count > 0 && named[0].IsDeployment && named[0].UpstreamName == name;
        var isModel = asked.Name == name && !isDeployment;
        var targets = isModel && route.Targets.Count > 0 ? route.Targets : named;
        var fallback = !isModel ? [] : route.Targets.Count > 0 ? route.Fallback : route.FallbackOf(named);
        if (targets.Any(Lives) || fallback.Any(Lives))
            return new Candidates(route, targets, fallback, job.Model is null ? null : asked, NamesTargets: !isModel);
        // A model without targets is an unknown name, unless it is retired everywhere it was served.
        var isHistory = targets.Count > 0 || asked.Shutdown.Values.Any(day => day <= today);
        return isHistory && route.Substitute == SubstituteAction.Allow ? Successors(job, asked, route, table, today) : throw Unserved(job, name);

        bool Lives(Target target) => !IsRetired(target, today);
    }

    /// <summary>True when the target is retired.</summary>
    public static bool IsRetired(Target target, DateOnly today) => target.Shutdown <= today;

    private static bool Varies(Target target) => target.Model.Operations.Contains(Operation.Variation);

    // A variation needs no model, since only one model ever supported them. If its tier's route has no such target, the first one
    // that the caller may use serves it.
    private static string? Varying(Caller caller, RoutingTable table, DateOnly today)
    {
        var able = table.Targets.Where(Varies).ToList();
        return (able.Find(target => caller.MayUse(target.Model.Name) && !IsRetired(target, today)) ?? able.FirstOrDefault())?.Model.Name;
    }

    private static Candidates Successors(ImageJob job, Model asked, RoutePolicy route, RoutingTable table, DateOnly today)
    {
        for (var next = asked.Successor; next is not null; next = table.Catalogue.Models[next].Successor)
        {
            var targets = table.Named(next, deploymentFirst: false);
            if (!targets.All(target => IsRetired(target, today)))
                return new Candidates(route, targets, [], job.Model is null ? null : asked);
        }
        throw Unserved(job, asked.Name);
    }

    // Only retired models support variations, so the error names the alternative.
    private static GatewayException Unserved(ImageJob job, string model) => job.Operation == Operation.Variation
        ? new GatewayException(ErrorKind.InvalidValue, "Nothing here makes variations of pictures. Use /v1/images/edits with a prompt instead.", "model")
        : NotFound(job.Model ?? model);

    private static GatewayException NotFound(string model) =>
        new(ErrorKind.ModelNotFound, $"The model '{GatewayException.Shortened(model)}' does not exist, or no target here serves it. GET /v1/models lists the available models.", "model");
}
