using System.Buffers;
using ImageGateway.Caching;
using ImageGateway.Caching.Files;
using ImageGateway.Images;
using ImageGateway.Routing;
using Microsoft.AspNetCore.Http.Features;

namespace ImageGateway.Api.Files;

/// <summary>
/// Responses with image URLs: the job's own response is withheld, its images are stored, and a URL replaces each of them.
/// Images that a provider returns as URLs are fetched first, so that the cache holds images;
/// and JSON that a provider sent in place of a stream is turned into one.
/// </summary>
internal sealed class HostedAnswers(HostedFiles files, ProviderPictures provided, PublicUrl publicUrl, BlockPool pool, BufferBudget budget)
{
    /// <summary>Runs the job, replayed or new; its images are hosted if the request asks for URLs or gets them by default.</summary>
    public Task RunAsync(HttpContext http, JobRecord record, Plan plan, Func<Task> run) =>
        record.Job.Parameters.ResponseFormat == "url" || plan.Targets.Any(planned => planned.IsTakenOver ? planned.MeansAddress : plan.MeansAddress && !planned.AnswersWithAddress)
            ? HoldAsync(http, record, run, answer => HostAsync(http, record, answer))
            : run();

    /// <summary>Runs the job at a provider; images that it returns as URLs are fetched, and a stream is one, whatever comes.</summary>
    public Task TakeOverAsync(HttpContext http, JobRecord record, Plan plan, Func<Task> run) =>
        plan.Targets.Any(planned => planned.IsTakenOver) ? HoldAsync(http, record, run, answer => TakenOverAsync(answer, record, plan, http.RequestAborted))
        : record.Job.Parameters.Stream ? HoldAsync(http, record, run, Task.FromResult, passesStreams: true)
        : run();

    private async Task HoldAsync(HttpContext http, JobRecord record, Func<Task> run, Func<StoredAnswer, Task<StoredAnswer>> change, bool passesStreams = false)
    {
        using var bytes = new SpooledBytes(pool, budget);
        var server = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var held = new WithheldBody(new SpoolStream(bytes));
        var (outer, back) = (http.Features.Get<WithheldAnswer>(), new WithheldAnswer());
        record.Withhold();
        var form = passesStreams ? new AskedForm(http.Response, server.Writer, held.Writer, record.Release) : null;
        http.Features.Set<IHttpResponseBodyFeature>(form is null ? held : new KeptBody(server, form));
        http.Features.Set(back);
        try
        {
            await run();
            await held.CompleteAsync();
        }
        finally
        {
            http.Features.Set(server);
            http.Features.Set(outer);
            if (form is not { IsPassing: true })
                record.Release();
        }
        if (back.Error is { } error)
            throw new GatewayException(record.Upstream = error);
        if (form is { IsHeld: false })
            return;
        if (record.Status is JobStatus.Completed or JobStatus.Cached && !http.RequestAborted.IsCancellationRequested)
            await SendAsync(http, record, bytes, change);
    }

    // An image that could not be stored comes as base64.
    private async Task<StoredAnswer> HostAsync(HttpContext http, JobRecord record, StoredAnswer answer)
    {
        var hosted = await files.HostAsync(answer, record.Caller.Owner, publicUrl.Origin(http.Request));
        if (hosted.Pictures.Any(picture => !picture.Bytes.IsEmpty))
            http.Response.Headers.AppendCommaSeparatedValues("x-gateway-adjusted", Adjustment.Header([new Adjustment("response_format", "url", "b64_json")]));
        return hosted;
    }

    private async Task SendAsync(HttpContext http, JobRecord record, SpooledBytes bytes, Func<StoredAnswer, Task<StoredAnswer>> change)
    {
        using var cut = Cut(bytes);
        if (!cut.IsKept || AnswerParser.Parse(cut) is not { } answer)
        {
            await record.CloseAsync();
            await bytes.CopyToAsync(http.Response.Body, http.RequestAborted);
            return;
        }
        var (changed, asked) = (await change(answer), record.Job.Parameters);
        var writer = asked.Stream ? AnswerWriter.Events(Described(changed, record), record.Job.Operation, asked.PartialImages ?? 0) : AnswerWriter.Json(changed);
        http.Response.ContentType = asked.Stream ? "text/event-stream" : "application/json";
        http.Response.ContentLength = writer.Length;
        await record.CloseAsync();
        await writer.WriteAsync(http.Response.BodyWriter, http.RequestAborted);
    }

    // Events say more than some providers' JSON does.
    private static StoredAnswer Described(StoredAnswer answer, JobRecord record) =>
        record.Attempts is [.., var last] ? answer with { Size = last.Size, Quality = last.Quality, StoredAt = record.Created } : answer;

    // These bytes are already held, within their budget or on disk.
    private AnswerCutter Cut(SpooledBytes bytes)
    {
        var (cut, block) = (new AnswerCutter(pool, new BufferBudget(long.MaxValue)), ArrayPool<byte>.Shared.Rent(BlockPool.BlockSize));
        for (var (at, read) = (0L, 0); (read = bytes.Read(at, block.AsSpan(0, BlockPool.BlockSize))) > 0; at += read)
            cut.Write(block.AsSpan(0, read));
        ArrayPool<byte>.Shared.Return(block);
        return cut;
    }

    private async Task<StoredAnswer> TakenOverAsync(StoredAnswer answer, JobRecord record, Plan plan, CancellationToken cancellationToken)
    {
        var target = record.Attempts is [.., var last] ? plan.Targets.FirstOrDefault(planned => planned.Target.Name == last.Target)?.Target : null;
        return target is { ImageHosts.Count: > 0 } ? await provided.TakeOverAsync(answer, target, cancellationToken) : answer;
    }
}

/// <summary>The gateway's base URL as clients see it.</summary>
/// <param name="Configured">Scheme and host, optionally with a path prefix; null: taken from the request.</param>
internal sealed record PublicUrl(Uri? Configured)
{
    /// <summary>The beginning of a URL, without a trailing slash.</summary>
    public string Origin(HttpRequest request) => Configured is { } url ? url.ToString().TrimEnd('/') : $"{request.Scheme}://{request.Host.ToUriComponent()}";
}
