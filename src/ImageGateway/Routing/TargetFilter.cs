using ImageGateway.Catalog;
using ImageGateway.Images;
using ImageGateway.Routing.Load;

namespace ImageGateway.Routing;

/// <summary>Checks a job against one target after another. What depends only on the model is computed once for all its targets.</summary>
internal sealed class TargetFilter(ImageJob job, Caller caller, Candidates candidates, List<Adjustment> adjustments, bool allowsUnpriced, DateOnly today)
{
    private readonly List<(Model Model, ModelFit ModelFit)> _fits = [];

    private sealed record ModelFit(Dialect Dialect, Misfit? Misfit, int Calls, CostEstimate? Worst);

    /// <summary>The targets that can do the job.</summary>
    public List<PlannedTarget> Planned { get; } = [];

    /// <summary>The targets that could do the job if they were not drained; they are skipped, too.</summary>
    public List<PlannedTarget> Drained { get; } = [];

    /// <summary>The targets that cannot do the job, or must not.</summary>
    public List<SkippedTarget> Skipped { get; } = [];

    /// <summary>Adds each of the targets to the planned ones, or to those skipped.</summary>
    public void Check(IReadOnlyList<Target> targets, Func<Target, int, int, TargetLoad> load)
    {
        foreach (var target in targets)
            Check(target, load);
    }

    private void Check(Target target, Func<Target, int, int, TargetLoad> load)
    {
        var route = candidates.Route;
        if (!caller.MayUse(target.Model.Name))
            Skip(target, SkipReason.NotAllowed, $"the tenant may not use {target.Model.Name}", "model");
        else if (Candidates.IsRetired(target, today))
            Skip(target, SkipReason.Retired, $"{target.Model.Name} has been shut down since {target.Shutdown:yyyy-MM-dd}", "model");
        else if (route.Regions.Count > 0 && !route.Regions.Contains(target.Region ?? "", StringComparer.OrdinalIgnoreCase))
            Skip(target, SkipReason.Region, $"the region {target.Region ?? "(none)"} is not one of {string.Join(", ", route.Regions)}", null);
        else
            CheckAbility(target, load);
    }

    private void CheckAbility(Target target, Func<Target, int, int, TargetLoad> load)
    {
        var fit = Fit(target.Model);
        if ((fit.Misfit ?? Fitness.CheckTarget(job, fit.Dialect.Sent, target)) is { } misfit)
            Skip(target, SkipReason.Unfit, misfit.Message, misfit.Param);
        else if (fit.Worst is null && !allowsUnpriced)
            Skip(target, SkipReason.Unfit, $"{target.Model.Name} has no price that could be reserved from a budget", "model");
        else
            Add(new PlannedTarget(target, fit.Dialect.At(target.Provider, target.Model), fit.Calls, fit.Worst, load(target, fit.Calls, fit.Dialect.Sent.Count)));
    }

    private void Add(PlannedTarget planned)
    {
        if (planned.Load.State != TargetState.Drained)
        {
            Planned.Add(planned);
            return;
        }
        Drained.Add(planned);
        Skip(planned.Target, SkipReason.Drained, "drained", null); // it could do the job, so retrying later is worthwhile
    }

    private ModelFit Fit(Model model)
    {
        foreach (var (known, fit) in _fits)
        {
            if (ReferenceEquals(known, model))
                return fit;
        }
        var made = Make(model);
        _fits.Add((model, made));
        return made;
    }

    private ModelFit Make(Model model)
    {
        // A route may serve a model with another one, and a successor serves a retired one.
        var isAsked = candidates.Asks(model);
        IReadOnlyList<Adjustment> before = candidates.Asked is not null && !isAsked
            ? [.. adjustments, new Adjustment("model", job.Model!, model.Name)]
            : adjustments;
        var dialect = Dialect.Of(job, model, candidates.Route, isAsked, before);
        var misfit = Fitness.Check(job, dialect.Sent, model) ?? Ceiling.Misfit(dialect.Sent.Quality, candidates.Route, model);
        var calls = (dialect.Sent.Count + model.MaxN - 1) / model.MaxN;
        var worst = misfit is null && model.PriceOn(today) is { } price ? JobCost.Worst(job, dialect.Sent, model, price, calls) : null;
        return new ModelFit(dialect, misfit, calls, worst);
    }

    private void Skip(Target target, SkipReason kind, string reason, string? param) => Skipped.Add(new SkippedTarget(target, kind, reason, param));
}
