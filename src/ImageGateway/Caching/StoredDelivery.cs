using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>Sends stored responses to clients, and records that they cost nothing.</summary>
internal sealed class StoredDelivery(TimeProvider time)
{
    /// <summary>Sends the response, as JSON or as events, as the job requests.</summary>
    public async Task SendAsync(HttpContext http, ReplayAsk ask, StoredAnswer answer)
    {
        Describe(http, ask, (answer.Model, answer.IsSimulated));
        http.Response.Headers.Age = Math.Max(0, (long)(time.GetUtcNow() - answer.StoredAt).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var parameters = ask.Record.Job.Parameters;
        var writer = parameters.Stream ? AnswerWriter.Events(answer, ask.Record.Job.Operation, parameters.PartialImages ?? 0) : AnswerWriter.Json(answer);
        // With a length, the client would have the end before the response is stored for its key.
        if (!ask.EndsWhenKept)
            http.Response.ContentLength = writer.Length;
        Note(ask.Record, answer);
        await ask.Record.CloseAsync();
        await writer.WriteAsync(http.Response.BodyWriter, http.RequestAborted);
    }

    /// <summary>Sets the headers of a response without a provider call of this job.</summary>
    public static void Describe(HttpContext http, ReplayAsk ask, (string Model, bool IsSimulated) source)
    {
        ask.Record.Answering();
        var (headers, isStream) = (http.Response.Headers, ask.Record.Job.Parameters.Stream);
        http.Response.ContentType = isStream ? "text/event-stream" : "application/json";
        headers["x-gateway-model"] = source.Model;
        headers["x-gateway-attempts"] = "0";
        if (ask.Model(source.Model)?.Adjusted.Value is { } adjusted)
            headers["x-gateway-adjusted"] = adjusted;
        if (source.IsSimulated)
            headers["x-gateway-simulated"] = "true";
        if (!isStream)
            return;
        headers.CacheControl = "no-cache";
        headers["x-accel-buffering"] = "no";
    }

    /// <summary>Notes the replay for the ledger.</summary>
    public static void Note(JobRecord record, StoredAnswer answer) =>
        Note(record, new ReusedAnswer(answer.Model, answer.Pictures.Count, answer.Size, answer.Quality, new NanoUsd(answer.NanoUsd)));

    /// <summary>Notes, for the ledger, a response that was not stored.</summary>
    public static void Note(JobRecord record, ReusedAnswer answer)
    {
        // A follower that took its leader's place has paid for the response.
        if (record.Attempts.Count == 0)
            record.Reuse(answer);
    }
}
