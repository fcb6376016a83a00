using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>Holds a job against one target after the other. What depends on the model alone is worked out once for all its targets.</summary>
internal sealed class Screen(ImageJob job, Caller caller, Candidates candidates, List<Adjustment> adjustments, bool allowsUnpriced, DateOnly today)
{
    private readonly List<(Model Model, Spoken Spoken)> _spoken = [];

    private sealed record Spoken(Dialect Dialect, Misfit? Misfit, int Calls, CostEstimate? Worst);

    /// <summary>The targets that can do the job.</summary>
    public List<PlannedTarget> Planned { get; } = [];

    /// <summary>The targets that cannot, or may not.</summary>
    public List<SkippedTarget> Skipped { get; } = [];

    /// <summary>Puts the target with the one or the other.</summary>
    public void Hold(Target target, Func<Target, int, int, TargetLoad> load)
    {
        var route = candidates.Route;
        if (!caller.MayUse(target.Model.Name))
            Skip(target, SkipReason.NotAllowed, $"the tenant may not use {target.Model.Name}", "model");
        else if (Candidates.IsRetired(target, today))
            Skip(target, SkipReason.Retired, $"{target.Model.Name} is shut down since {target.Shutdown:yyyy-MM-dd}", "model");
        else if (route.Regions.Count > 0 && !route.Regions.Contains(target.Region ?? "", StringComparer.OrdinalIgnoreCase))
            Skip(target, SkipReason.Region, $"the region {target.Region ?? "(none)"} is not one of {string.Join(", ", route.Regions)}", null);
        else
            HoldAbility(target, load);
    }

    private void HoldAbility(Target target, Func<Target, int, int, TargetLoad> load)
    {
        var spoken = Speak(target.Model);
        if ((spoken.Misfit ?? Fitness.CheckTarget(job, spoken.Dialect.Sent, target)) is { } misfit)
            Skip(target, SkipReason.Unfit, misfit.Message, misfit.Param);
        else if (spoken.Worst is null && !allowsUnpriced)
            Skip(target, SkipReason.Unfit, $"{target.Model.Name} has no price that could be held against a budget", "model");
        else if (load(target, spoken.Calls, spoken.Dialect.Sent.Count) is var now && now.State == TargetState.Drained)
            Skip(target, SkipReason.Drained, "drained", null); // it could do the job: worth coming back for
        else
            Planned.Add(new PlannedTarget(target, spoken.Dialect.At(target.Provider, target.Model), spoken.Calls, spoken.Worst, now));
    }

    private Spoken Speak(Model model)
    {
        foreach (var (known, spoken) in _spoken)
        {
            if (ReferenceEquals(known, model))
                return spoken;
        }
        var made = Make(model);
        _spoken.Add((model, made));
        return made;
    }

    private Spoken Make(Model model)
    {
        // A route may serve a model by another one.
        IReadOnlyList<Adjustment> before = candidates.Model is { } asked && asked != model.Name
            ? [.. adjustments, new Adjustment("model", asked, model.Name)]
            : adjustments;
        var dialect = Dialect.Of(job, model, candidates.Route, candidates.Asks(model), before);
        var misfit = Fitness.Check(job, dialect.Sent, model) ?? Ceiling.Misfit(dialect.Sent.Quality, candidates.Route, model);
        var calls = (dialect.Sent.Count + model.MaxN - 1) / model.MaxN;
        var worst = misfit is null && model.PriceOn(today) is { } price ? JobCost.Worst(job, dialect.Sent, model, price, calls) : null;
        return new Spoken(dialect, misfit, calls, worst);
    }

    private void Skip(Target target, SkipReason kind, string reason, string? param) => Skipped.Add(new SkippedTarget(target, kind, reason, param));
}
