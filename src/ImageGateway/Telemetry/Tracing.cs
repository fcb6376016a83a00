using System.Diagnostics;
using ImageGateway.Images;

namespace ImageGateway.Telemetry;

/// <summary>
/// The spans of a job, below the server's own: the job, its steps, and its calls, named by OpenTelemetry's conventions for
/// generative AI. Without a listener every span is null and costs one check. Never a prompt, a key or an image.
/// </summary>
internal static class Tracing
{
    /// <summary>The gateway's only activity source.</summary>
    public const string SourceName = "ImageGateway";

    // The conventions' value for models with more than text output.
    private const string OperationName = "generate_content";
    private const int MaxText = 256;

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>The span of a job, from its plan to its settlement.</summary>
    public static Activity? Job(JobRecord record)
    {
        if (Source.StartActivity("job") is not { } span)
            return null;
        var (job, caller) = (record.Job, record.Caller);
        span.SetTag("gen_ai.operation.name", OperationName).SetTag("gen_ai.output.type", "image").SetTag("gen_ai.request.model", Bounded(job.Model));
        span.SetTag("imagegateway.request.id", record.Id).SetTag("imagegateway.operation", WireName.Of(job.Operation)).SetTag("imagegateway.stream", job.Parameters.Stream);
        return span.SetTag("imagegateway.tenant", caller.Tenant).SetTag("imagegateway.project", caller.Project).SetTag("imagegateway.key.id", caller.KeyId);
    }

    /// <summary>The span of a step within a job: <c>plan</c>, <c>reserve</c>, <c>replay</c>.</summary>
    public static Activity? Step(string name) => Source.StartActivity(name);

    /// <summary>The span of a call to a target.</summary>
    /// <param name="provider">The provider's name in the conventions.</param>
    /// <param name="target">The target.</param>
    /// <param name="name">The model's or the deployment's name there.</param>
    /// <param name="attempt">The call.</param>
    public static Activity? Attempt(string provider, string target, string name, AttemptRecord attempt)
    {
        if (Source.StartActivity("attempt", ActivityKind.Client) is not { } span)
            return null;
        span.DisplayName = $"{OperationName} {attempt.Model}";
        span.SetTag("gen_ai.operation.name", OperationName).SetTag("gen_ai.output.type", "image").SetTag("gen_ai.provider.name", provider);
        span.SetTag("gen_ai.request.model", attempt.Model).SetTag("imagegateway.deployment", name);
        return span.SetTag("imagegateway.target", target).SetTag("imagegateway.attempt", attempt.Number);
    }

    /// <summary>Ends the span of a replay look-up, with its result; a second call has no effect.</summary>
    public static void End(Activity? span, string? found)
    {
        if (span is not { IsStopped: false })
            return;
        span.SetTag("imagegateway.cache", found).Stop();
    }

    /// <summary>Ends the span of a finished call.</summary>
    public static void End(Activity? span, AttemptRecord attempt)
    {
        if (span is null)
            return;
        if (attempt.Status is { } status)
            span.SetTag("http.response.status_code", status);
        if (attempt.UpstreamRequestId is { } id)
            span.SetTag("gen_ai.response.id", Bounded(id));
        if (attempt.Images > 0)
            span.SetTag("gen_ai.response.model", attempt.Model).SetTag("imagegateway.images", attempt.Images);
        Use(span, attempt.Usage);
        Finish(span, attempt.ErrorCode);
    }

    /// <summary>Ends the span of a finished job.</summary>
    public static void End(Activity? span, JobRecord record)
    {
        if (span is null)
            return;
        var attempts = record.Attempts;
        var (usage, charge) = (default(TokenUsage), 0L);
        foreach (var attempt in attempts)
            (usage, charge) = (usage + attempt.Usage, charge + attempt.Contracted.Value);
        if (attempts.Count > 0)
            span.SetTag("gen_ai.response.model", attempts[^1].Model).SetTag("imagegateway.target", attempts[^1].Target);
        if (record.Reused is { } reused)
            span.SetTag("gen_ai.response.model", reused.Model);
        span.SetTag("imagegateway.route", record.Route).SetTag("imagegateway.attempts", attempts.Count).SetTag("imagegateway.cost.usd", (double)new NanoUsd(charge).Usd);
        span.SetTag("imagegateway.outcome", WireName.Of(record.Status));
        Use(span, usage);
        Finish(span, record.ErrorCode);
    }

    private static void Use(Activity span, TokenUsage usage)
    {
        if (usage.Total > 0)
            span.SetTag("gen_ai.usage.input_tokens", usage.TextInput + usage.ImageInput).SetTag("gen_ai.usage.output_tokens", usage.TextOutput + usage.ImageOutput);
    }

    private static void Finish(Activity span, string? code)
    {
        if (code is not null)
            span.SetStatus(ActivityStatusCode.Error).SetTag("error.type", Bounded(code));
        span.Dispose();
    }

    private static string? Bounded(string? text) => text is { Length: > MaxText } ? text[..MaxText] : text;
}
