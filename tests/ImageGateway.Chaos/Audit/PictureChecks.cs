using ImageGateway.Chaos.Clients;

namespace ImageGateway.Chaos.Audit;

/// <summary>What clients got.</summary>
internal static class PictureChecks
{
    public static Finding Whole(Evidence evidence)
    {
        var drawn = evidence.Calls.ToDictionary(calls => calls.Key, calls => calls.SelectMany(call => call.Images).ToHashSet());
        var whole = evidence.Replies.Where(reply => reply.End == ReplyEnd.Whole).ToList();
        var failures = whole.Where(reply => reply.Defect is not null).Select(reply => $"{reply.Id} at {reply.Replica}: {reply.Defect}")
            .Concat(whole.Where(reply => !reply.Pictures.All(picture => drawn.GetValueOrDefault(reply.Ask.Prompt)?.Contains(picture) == true)).Select(reply => $"{reply.Id} at {reply.Replica}: a picture that no provider drew for it"));
        return new("every 200 that ended has all of its pictures, with the providers' checksums", $"{whole.Count} answers, {whole.Sum(reply => reply.Pictures.Count)} pictures; {whole.Count(reply => reply.Cache is "hit" or "coalesced")} from the cache", [.. failures, .. Finding.AtLeast(100, whole.Count)]);
    }

    public static Finding Repeated(Evidence evidence)
    {
        var repeated = evidence.Replies.Where(reply => reply is { End: ReplyEnd.Whole, Ask.IdempotencyKey: not null }).GroupBy(reply => reply.Ask.IdempotencyKey!).Where(replies => replies.Count() > 1).ToList();
        var failures = repeated.Where(replies => replies.DistinctBy(reply => string.Join(',', reply.Pictures)).Count() > 1)
            .Select(replies => $"'{replies.Key}': {string.Join("; ", replies.OrderBy(reply => reply.Began).Select(reply => $"{reply.Began.TotalSeconds:0.0}-{reply.Ended.TotalSeconds:0.0} s at {reply.Replica}{(reply.IsReplayed ? " replayed" : "")} {reply.Pictures[0][..8]}"))}");
        return new("every idempotent retry got the same picture", $"{repeated.Count} keys with two answers", [.. failures, .. Finding.AtLeast(10, repeated.Count)]);
    }

    /// <summary>Only errors that a client can expect.</summary>
    public static Finding Expected(Evidence evidence)
    {
        int[] expected = [409, 429, 502, 503, 504];
        var failures = evidence.Replies.Where(reply => reply.End == ReplyEnd.Refused && (reply.Defect is not null || !expected.Contains(reply.Status!.Value))).Select(reply => $"{reply.Id} at {reply.Replica} at {reply.Began.TotalSeconds:0.0} s: {reply.Status} {reply.Code} {reply.Message} {reply.Defect}");
        return new("no client met an error that is the gateway's own fault", Tally(evidence.Replies), [.. failures]);
    }

    /// <summary>
    /// A rolling restart loses no request: none breaks off, and none fails. A gateway that has just started compiles its code, and on
    /// a busy machine Redis may seem slow to it meanwhile: who is told then to come again in a second is not lost, and counted.
    /// </summary>
    public static Finding Restarted(Evidence evidence, TimeSpan from, TimeSpan to)
    {
        var meanwhile = evidence.Replies.Where(reply => reply.Ended >= from && reply.Began <= to).ToList();
        var failures = meanwhile.Where(reply => reply.End is ReplyEnd.Lost or ReplyEnd.Broken or ReplyEnd.Unsent || (reply.Status >= 500 && !(reply.Status == 503 && reply.HasRetryAfter)))
            .Select(reply => $"{reply.Id} at {reply.Replica}, {reply.Began.TotalSeconds:0.00}-{reply.Ended.TotalSeconds:0.00} s: {reply.End} {reply.Status} {reply.Code} {reply.Message}");
        return new("a rolling restart loses no request", $"{meanwhile.Count} requests from {from.TotalSeconds:0.0} to {to.TotalSeconds:0.0} s, {meanwhile.Count(reply => reply.Status == 503)} of them told to come again", [.. failures]);
    }

    public static string Tally(IEnumerable<Reply> replies) => string.Join(", ", replies
        .CountBy(reply => reply.End == ReplyEnd.Refused ? $"{reply.Status} {reply.Code}" : reply.End.ToString().ToLowerInvariant()).OrderByDescending(pair => pair.Value).Select(pair => $"{pair.Value} {pair.Key}"));
}
