using ImageGateway.Catalog;
using ImageGateway.Images;

namespace ImageGateway.Routing;

/// <summary>Where a job goes, and what is sent there.</summary>
internal sealed record Plan(Target Target, Tier? Tier, RoutePolicy? Route, IReadOnlyList<ParameterEdit> Edits, IReadOnlyList<Adjustment> Adjustments);

/// <summary>
/// Chooses the target of a job. A pure function: (1) which tier or name is asked for, (2) which targets that stands for,
/// (3) which of them the tenant may use, (4) the first of those that can do the job, (5) what has to be sent there.
/// </summary>
internal static class Planner
{
    /// <summary>The plan of a job.</summary>
    /// <exception cref="GatewayException">404: nothing goes by the name; 403: the tenant may not; 400: no target can.</exception>
    public static Plan Plan(ImageJob job, Caller caller, RoutingTable table)
    {
        var adjustments = new List<Adjustment>();
        var tier = TierOf(job, caller, table, adjustments);                              // 1
        var (route, candidates, model) = Candidates(job, tier, table);                   // 2
        var allowed = candidates.Where(target => caller.MayUse(target.Model.Name)).ToList(); // 3
        if (allowed.Count == 0)
            throw new GatewayException(ErrorKind.ModelNotAllowed, $"This key's tenant may not use the model '{job.Model ?? "auto"}'.", "model");
        var target = FirstFit(job, allowed);                                             // 4
        if (model is not null && model != target.Model.Name)
            adjustments.Add(new Adjustment("model", model, target.Model.Name));
        return new Plan(target, tier, route, Edits(job, target.Model, tier is null, adjustments), adjustments); // 5
    }

    private static Tier? TierOf(ImageJob job, Caller caller, RoutingTable table, List<Adjustment> adjustments)
    {
        if (job.Tier is { } asked)
        {
            if (job.Model is not null && !string.Equals(job.Model, Word(asked), StringComparison.Ordinal))
                adjustments.Add(new Adjustment("model", job.Model, Word(asked)));
            return asked;
        }
        if (job.Model is null)
            return Automatic(job.Parameters, caller);
        // In Azure's paths an alias comes last.
        var isTaken = job.IsDeploymentPath && table.Named(job.Model, deploymentFirst: true).Count > 0;
        if (isTaken || !RoutingTable.IsAlias(job.Model, out var tier))
            return null;
        return tier ?? Automatic(job.Parameters, caller);
    }

    private static Tier Automatic(ImageParameters asked, Caller caller) => asked switch
    {
        { Quality: "low" } => Tier.Draft,
        { Quality: "high" or "hd" } or { InputFidelity: "high" } => Tier.Final,
        _ => caller.DefaultTier,
    };

    // The third is the asked model, where it was one that was asked for.
    private static (RoutePolicy? Route, IReadOnlyList<Target> Targets, string? Model) Candidates(ImageJob job, Tier? tier, RoutingTable table)
    {
        if (tier is { } wanted)
        {
            var policy = table.RouteFor(tier, null);
            return policy is { Targets.Count: > 0 } ? (policy, policy.Targets, null) : throw NotFound(job.Model ?? Word(wanted));
        }
        var named = table.Named(job.Model!, job.IsDeploymentPath);
        if (named.Count == 0)
            throw NotFound(job.Model!);
        var route = table.RouteFor(null, named[0].Model.Name);
        // Who names a deployment or a provider means just that; a route chooses among the servers of a model.
        // On Azure a deployment often has its model's name.
        var isDeployment = job.IsDeploymentPath && named[0].IsDeployment && named[0].UpstreamName == job.Model;
        if (isDeployment || named[0].Model.Name != job.Model)
            return (route, named, null);
        return (route, route is { Targets.Count: > 0 } ? route.Targets : named, job.Model);
    }

    private static Target FirstFit(ImageJob job, List<Target> targets)
    {
        Misfit? misfit = null;
        foreach (var target in targets)
        {
            misfit = Fitness.Check(job, target);
            if (misfit is null)
                return target;
        }
        throw new GatewayException(ErrorKind.InvalidValue, misfit!.Message, misfit.Param);
    }

    private static List<ParameterEdit> Edits(ImageJob job, Model model, bool askedByName, List<Adjustment> adjustments)
    {
        var asked = job.Parameters;
        var edits = new List<ParameterEdit>(2);
        // Explicit, so that the price is known before the call: providers differ in their defaults.
        // Variations have no such parameter.
        if (job.Operation != Operation.Variation && (asked.Quality is null || (asked.Quality == "auto" && !model.AutoQuality)))
            edits.Add(new ParameterEdit("quality", model.DefaultQuality));
        if (asked.Size == "auto" && !model.Sizes.Auto)
            Drop("size", "auto");
        // A model without the parameter refuses its name, even with the value that says nothing.
        if (asked.Background is { } background && model.Backgrounds.Count == 0)
            Drop("background", background);
        if (asked.OutputFormat is { } file && model.Formats.Count == 0)
            Drop("output_format", file);
        if (asked.OutputCompression is { } compression && model.Formats.Count == 0)
            Drop("output_compression", $"{compression}");
        if (asked.InputFidelity is { } fidelity && model.Fidelities.Count == 0)
            Drop("input_fidelity", fidelity);
        if (asked.ResponseFormat is { } format && model.ResponseFormats.Count == 0)
            Drop("response_format", format);
        else if (model.ResponseFormats.Count == 0)
            edits.Add(new ParameterEdit("response_format", null)); // null is as good as absent here, and not there
        else if (asked.ResponseFormat is null && model.ResponseFormats.Count > 0 && (!askedByName || model.ResponseFormats[0] == "b64_json"))
            edits.Add(new ParameterEdit("response_format", "b64_json"));
        return edits;

        void Drop(string name, string value)
        {
            edits.Add(new ParameterEdit(name, null));
            adjustments.Add(new Adjustment(name, value, ""));
        }
    }

    private static string Word(Tier tier) => tier == Tier.Draft ? "draft" : "final";

    private static GatewayException NotFound(string model) =>
        new(ErrorKind.ModelNotFound, $"The model '{GatewayException.Shortened(model)}' does not exist, or nothing here serves it. GET /v1/models lists what does.", "model");
}
