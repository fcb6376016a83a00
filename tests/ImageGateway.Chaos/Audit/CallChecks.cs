using ImageGateway.Chaos.Clients;
using ImageGateway.Simulator.Calls;

namespace ImageGateway.Chaos.Audit;

/// <summary>Holds the providers' calls against the ledger: none is missing, none is made up, and each costs what it cost.</summary>
internal static class CallChecks
{
    public static Finding Recorded(Evidence evidence)
    {
        var failures = evidence.Calls.Where(calls => calls.Count() > Made(evidence, calls.Key))
            .Select(calls => $"'{calls.Key}': {calls.Count()} calls, {Made(evidence, calls.Key)} in the ledger");
        return new("every call a provider took is in the ledger", $"{evidence.Calls.Sum(calls => calls.Count())} calls for {evidence.Calls.Count} prompts", [.. failures]);
    }

    /// <summary>
    /// A call that was announced and not made is of a process that died; or of a client who left: before it was sent, and then it
    /// costs nothing, or while it was, and then nobody can know and it counts at its worst case.
    /// </summary>
    public static Finding Called(Evidence evidence)
    {
        var (failures, uncalled, cut) = (new List<string>(), 0, 0);
        foreach (var jobs in evidence.JobsByPrompt)
        {
            var missing = Made(evidence, jobs.Key) - evidence.Calls[jobs.Key].Count();
            var excused = jobs.Sum(job => job.Entry.Status == "abandoned" ? job.Calls.Count : job.Calls.Count(call => call is { Basis: "none", Charge: 0 }));
            var leaving = jobs.Sum(job => job.Calls.Count(call => call is { Basis: "estimate", ErrorCode: "client_disconnected" }));
            uncalled += Math.Max(0, missing);
            cut += Math.Clamp(missing - excused, 0, leaving);
            if (missing > excused + leaving)
                failures.Add($"'{jobs.Key}': {missing} more calls in the ledger than were made: {string.Join(", ", jobs.Select(Shown))}");
        }
        return new("what is in the ledger without a call is abandoned, or its client left", $"{evidence.Jobs.Sum(job => job.Calls.Count)} calls, {uncalled} of them not made, {cut} cut off while they were sent", failures);
    }

    /// <summary>Call by call, where an answer came that names one.</summary>
    public static Finding Priced(Evidence evidence)
    {
        var (failures, count, seen) = (new List<string>(), new Dictionary<string, int>(), new HashSet<string>());
        foreach (var (job, call) in evidence.Jobs.SelectMany(job => job.Calls.Select(call => (job, call))))
        {
            if (call.UpstreamRequestId is null && call.Basis is not ("usage" or "table"))
                continue;
            count[call.Basis] = count.GetValueOrDefault(call.Basis) + 1;
            if (evidence.CallsById.GetValueOrDefault(call.UpstreamRequestId ?? "") is not { } made)
                failures.Add($"{Shown(job)}: no provider took {call.UpstreamRequestId ?? "a call without a name"}");
            else if (!seen.Add(made.RequestId) || made.Fields.GetValueOrDefault("prompt") != evidence.Of(job)?.Ask.Prompt)
                failures.Add($"{Shown(job)}: {made.RequestId} is another job's call");
            else if (call.Basis == "estimate" ? call.Charge < Evidence.Cost(made) : call.Charge != Evidence.Cost(made))
                failures.Add($"{Shown(job)}: {Shown(made)}");
        }
        return new("each call that was answered costs what its provider counted, or at its worst case at least that", string.Join(", ", count.Select(basis => $"{basis.Value} {basis.Key}")), [.. failures, .. Finding.AtLeast(100, count.GetValueOrDefault("usage"))]);
    }

    public static Finding Settled(Evidence evidence)
    {
        var (failures, exact, above) = (new List<string>(), 0, 0);
        foreach (var jobs in evidence.JobsByPrompt)
        {
            var (charged, cost) = (jobs.Sum(job => job.Charge), evidence.Calls[jobs.Key].Sum(Evidence.Cost));
            var isExact = jobs.All(job => job.IsExact);
            (exact, above) = isExact ? (exact + 1, above) : (exact, above + 1);
            if (isExact ? charged != cost : charged < cost)
                failures.Add($"'{jobs.Key}': charged {charged}, the providers counted {cost}: {string.Join(", ", jobs.Select(Shown))}; {string.Join(", ", evidence.Calls[jobs.Key].Select(Shown))}");
        }
        return new("settlements by usage are the providers' usage to the nano-USD, the others at least that", $"{exact} prompts exact, {above} with a job at its worst case", failures);
    }

    public static Finding Known(Evidence evidence)
    {
        var failures = evidence.Jobs.Where(job => evidence.Of(job) is null).Select(job => $"{job.Entry.Id} of request {job.Request ?? "nobody"}");
        return new("every job in the ledger was asked for", $"{evidence.Jobs.Count} jobs, {evidence.Jobs.Count(job => job.Entry.Status == "abandoned")} abandoned", [.. failures]);
    }

    /// <summary>Those drawn for it. An answer given again has called nobody, and its entry may be lost with the process that was about to write it.</summary>
    public static Finding Answered(Evidence evidence)
    {
        var known = evidence.Jobs.Select(job => job.Request).ToHashSet();
        var whole = evidence.Replies.Where(reply => reply.End == ReplyEnd.Whole).ToLookup(reply => reply.IsReplayed || reply.Cache is "hit" or "coalesced");
        var failures = whole[false].Where(reply => !known.Contains(reply.Id)).Select(reply => $"{reply.Id} at {reply.Replica}, cache {reply.Cache}");
        return new("every answer has its entry", $"{whole[false].Count()} answers; {whole[true].Count()} were given again, {whole[true].Count(reply => !known.Contains(reply.Id))} of them without an entry", [.. failures]);
    }

    private static int Made(Evidence evidence, string prompt) => evidence.JobsByPrompt[prompt].Sum(job => job.Calls.Count);

    private static string Shown(Job job) => $"job {job.Entry.Id} {job.Latest.Status} {job.Latest.Basis} {job.Charge} of [{string.Join(' ', job.Calls.Select(call => $"{call.Basis}:{call.Charge}:{call.ErrorCode}"))}]";

    private static string Shown(Call call) => $"call {call.Account} {call.Status} {(call.Completed ? "whole" : call.Aborted ? "aborted" : "open")} {Evidence.Cost(call)}";
}
