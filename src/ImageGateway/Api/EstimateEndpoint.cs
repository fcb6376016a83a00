using System.Text.Json;
using ImageGateway.Api.Reading;
using ImageGateway.Catalog;
using ImageGateway.Hosting;
using ImageGateway.Images;
using ImageGateway.Routing;
using ImageGateway.Tenants;

namespace ImageGateway.Api;

/// <summary>A job's plan and cost, without spending anything. Amounts are USD; null where the catalogue has no price.</summary>
internal sealed record EstimateAnswer(
    string Currency, string? Route, string? Tier, decimal? WorstCaseUsd, decimal? ExpectedUsd, string PriceBook,
    IReadOnlyList<EstimatedTarget> Targets, IReadOnlyList<EstimateSkip> Skipped)
{
    public string Object { get; init; } = "image.estimate";
}

/// <summary>A target the job would go to, in order, with the calculation of its worst-case cost after the target's discount.</summary>
internal sealed record EstimatedTarget(
    string? Target, string Model, int Calls, decimal? WorstCaseUsd, decimal? ExpectedUsd, IReadOnlyList<EstimateLine> Lines, Dictionary<string, EstimateChange> Adjusted);

/// <summary>Tokens at a price per million, or images at a price each.</summary>
internal sealed record EstimateLine(string Item, long? Tokens, decimal? UsdPerMillion, int? Images, decimal? UsdPerImage, decimal Usd);

/// <summary>A parameter that would be sent differently; <see cref="To"/> is empty when it is dropped.</summary>
internal sealed record EstimateChange(string From, string To);

/// <summary>A target the job would not go to, and why.</summary>
internal sealed record EstimateSkip(string? Target, string Reason, string? Param);

/// <summary>The error of a job that no target can do, in OpenAI's words, and why each was skipped.</summary>
internal sealed record EstimateRefusal(JsonElement Error, IReadOnlyList<EstimateSkip> Skipped);

/// <summary><c>POST /v1/images/estimate</c>: the body of a generation or of a JSON edit.</summary>
internal sealed class EstimateEndpoint(Func<GatewaySnapshot> snapshot, JobReader reader, JobPlans plans, TimeProvider time)
{
    public void Map(IEndpointRouteBuilder app)
    {
        foreach (var prefix in ApiPaths.Images)
            app.MapPost($"{prefix}/images/estimate", (Delegate)EstimateAsync); // as a RequestDelegate, its result would be dropped
    }

    private async Task<IResult> EstimateAsync(HttpContext http)
    {
        try
        {
            return TypedResults.Ok(await AnswerAsync(http));
        }
        catch (NoTargetException e)
        {
            ErrorEnvelope.SetHead(http.Response, e.Error);
            var error = JsonElement.Parse(ErrorEnvelope.Body(e.Error)).GetProperty("error");
            return TypedResults.Json(new EstimateRefusal(error, Skips(e.Skipped, http.Caller())), statusCode: http.Response.StatusCode);
        }
    }

    private async Task<EstimateAnswer> AnswerAsync(HttpContext http)
    {
        var (now, caller, today) = (snapshot(), http.Caller(), time.Today());
        using var job = await reader.ReadAsync(http, null, RouteText.Slashed(http.Request.RouteValues["deployment"] as string), now.Limits);
        var plan = plans.Make(http, job, now);
        plan.RequireTarget();
        var targets = plan.Targets.Select(planned => Describe(job, planned, caller, today)).ToList();
        return new EstimateAnswer(
            "usd", plan.Route.Name.Length == 0 ? null : plan.Route.Name, plan.Tier is { } tier ? AskedTier.Word(tier) : null,
            targets.Exists(target => target.WorstCaseUsd is null) ? null : targets.Max(target => target.WorstCaseUsd), targets[0].ExpectedUsd, now.Catalogue.Version,
            targets, Skips(plan.Skipped, caller));
    }

    private static EstimatedTarget Describe(ImageJob job, PlannedTarget planned, Caller caller, DateOnly today)
    {
        var (model, worst) = (planned.Target.Model, planned.ContractedWorst);
        var expected = model.PriceOn(today) is { } price ? JobCost.Expected(job, planned.Dialect.Sent, model, price, planned.Calls)?.Times(planned.Target.PriceFactor) : null;
        return new EstimatedTarget(
            Named(planned.Target, caller), model.Name, planned.Calls, worst?.Amount.Usd, expected?.Amount.Usd, worst is null ? [] : [.. Lines(worst)],
            planned.Dialect.Adjustments.ToDictionary(change => change.Name, change => new EstimateChange(change.From, change.To)));
    }

    private static IEnumerable<EstimateLine> Lines(CostEstimate cost)
    {
        if (cost.PerImage is { } each)
        {
            yield return new EstimateLine("image", null, null, cost.Images, each.Usd, cost.Amount.Usd);
            yield break;
        }
        foreach (var (item, tokens, rate) in ((string, long, NanoUsd)[])
            [("text_input", cost.Usage.TextInput, cost.Price.TextInput), ("image_input", cost.Usage.ImageInput, cost.Price.ImageInput),
             ("image_output", cost.Usage.ImageOutput, cost.Price.ImageOutput), ("text_output", cost.Usage.TextOutput, cost.Price.TextOutput)])
        {
            if (tokens > 0)
                yield return new EstimateLine(item, tokens, rate.Usd * 1_000_000, null, null, (rate * tokens).Usd);
        }
    }

    private static List<EstimateSkip> Skips(IReadOnlyList<SkippedTarget> skipped, Caller caller) =>
        [.. skipped.Select(skip => new EstimateSkip(Named(skip.Target, caller), skip.Reason, skip.Param))];

    private static string? Named(Target target, Caller caller) => caller.HideTarget ? null : target.Name;
}
