using System.Globalization;
using ImageGateway.Images;

namespace ImageGateway.Caching;

/// <summary>Gives stored answers to clients, and notes in the record that nobody was paid for them.</summary>
internal sealed class StoredDelivery(TimeProvider time)
{
    /// <summary>Answers with it, as JSON or as events, as the job asks.</summary>
    public async Task SendAsync(HttpContext http, ReplayAsk ask, StoredAnswer answer)
    {
        Describe(http, ask, (answer.Model, answer.IsSimulated));
        http.Response.Headers.Age = Math.Max(0, (long)(time.GetUtcNow() - answer.StoredAt).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        var parameters = ask.Record.Job.Parameters;
        var writer = parameters.Stream ? AnswerWriter.Events(answer, ask.Record.Job.Operation, parameters.PartialImages ?? 0) : AnswerWriter.Json(answer);
        // With a length it would have ended before it is kept for its key.
        if (!ask.EndsWhenKept)
            http.Response.ContentLength = writer.Length;
        Note(ask.Record, answer);
        await writer.WriteAsync(http.Response.BodyWriter, http.RequestAborted);
    }

    /// <summary>Sets the headers of an answer that no provider was asked for now.</summary>
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

    /// <summary>What the ledger will say of it.</summary>
    public static void Note(JobRecord record, StoredAnswer answer) =>
        Note(record, new ReusedAnswer(answer.Model, answer.Pictures.Count, answer.Size, answer.Quality, new NanoUsd(answer.NanoUsd)));

    /// <summary>What the ledger will say of an answer that was not stored.</summary>
    public static void Note(JobRecord record, ReusedAnswer answer)
    {
        // A follower that took its leader's place has paid for it.
        if (record.Attempts.Count == 0)
            record.Reuse(answer);
    }
}
