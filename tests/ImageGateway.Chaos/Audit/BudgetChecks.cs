using ImageGateway.Chaos.Clients;
using ImageGateway.Chaos.Fleet;

namespace ImageGateway.Chaos.Audit;

/// <summary>No limit was passed, and all of them were asked for more than they hold.</summary>
internal static class BudgetChecks
{
    private const decimal Nano = 1_000_000_000m;

    // Between a reservation and the moment the ledger gives to its job.
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(3);

    /// <summary>Budgets in USD, by what the ledger charged and by what the providers counted.</summary>
    public static Finding Usd(Evidence evidence, Tenancy tenancy)
    {
        var charged = evidence.Jobs.SelectMany(job => job.Scopes.Select(scope => (scope, job.Charge))).GroupBy(pair => pair.scope, pair => pair.Charge).ToDictionary(group => group.Key, group => group.Sum());
        var cost = evidence.JobsByPrompt.SelectMany(jobs => jobs.First().Scopes.Select(scope => (scope, Cost: evidence.Calls[jobs.Key].Sum(Evidence.Cost)))).GroupBy(pair => pair.scope, pair => pair.Cost).ToDictionary(group => group.Key, group => group.Sum());
        var scopes = charged.Keys.Where(scope => tenancy.BudgetOf(scope) is not null).ToList();
        var failures = scopes.Where(scope => Math.Max(charged[scope], cost.GetValueOrDefault(scope)) > tenancy.BudgetOf(scope) * Nano)
            .Select(scope => $"{scope}: {charged[scope] / Nano} USD charged, {cost.GetValueOrDefault(scope) / Nano} USD by the providers' counts, {tenancy.BudgetOf(scope)} USD allowed");
        var closest = scopes.Where(scope => !scope.StartsWith("user:", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Select(scope => $"{scope} {charged[scope] / Nano / tenancy.BudgetOf(scope):P0}");
        return new("no budget in USD is passed at any scope", $"{scopes.Count} scopes; {string.Join(", ", closest)}", [.. failures]);
    }

    /// <summary>Requests and pictures a minute: of a bucket that starts full, once more for each time its store was built again.</summary>
    public static Finding Rates(Evidence evidence, long rebuilt)
    {
        var pictures = evidence.Jobs.Where(job => job.Calls.Count > 0).SelectMany(job => job.Scopes.Select(scope => (scope, At: TimeSpan.FromMilliseconds(job.Entry.CreatedAt), job.Entry.N))).ToLookup(item => item.scope, item => (item.At, item.N));
        var requests = evidence.Replies.Where(reply => reply.Status == 200).SelectMany(reply => Scopes(reply.Ask).Select(scope => (scope, reply.Began))).ToLookup(item => item.scope, item => (At: item.Began, N: 1L));
        var failures = new List<string>();
        foreach (var scope in pictures.Select(group => group.Key).Union(requests.Select(group => group.Key)))
        {
            if (Tenancy.RateOf(scope) is not { } rate)
                continue;
            failures.AddRange(Passed(scope, "pictures", [.. pictures[scope]], rate.Images, rebuilt));
            failures.AddRange(Passed(scope, "requests", [.. requests[scope]], rate.Requests, rebuilt));
        }
        return new("no limit of pictures or requests a minute is passed at any scope", $"{pictures["tenant:rate"].Sum(item => item.N)} pictures and {requests["tenant:rate"].Count()} requests of the tenant, its counters built again {rebuilt} times", failures);
    }

    /// <summary>A limit that nobody met was not tried.</summary>
    public static Finding Contested(Evidence evidence)
    {
        var met = evidence.Replies.Where(reply => reply.Status == 429 && reply.Message is not null)
            .SelectMany(reply => Tried.Where(limit => reply.Message!.StartsWith(limit, StringComparison.Ordinal))).CountBy(limit => limit).ToDictionary();
        return new("every kind of limit was met", string.Join(", ", Tried.Select(limit => $"{limit["The limit ".Length..]} {met.GetValueOrDefault(limit)}")), [.. Tried.Where(limit => !met.ContainsKey(limit)).Select(limit => $"{limit} refused nobody")]);
    }

    private static readonly string[] Tried =
    [
        "The limit usd_total of tenant:spend", "The limit usd_total of project:spend/web", "The limit usd_total of key:spend/a", "The limit usd_total of user:spend/",
        "The limit images_per_minute of user:rate/", "The limit requests_per_minute of key:rate/a",
    ];

    private static IEnumerable<string> Scopes(Ask ask) => [$"tenant:{ask.Key.Tenant}", $"project:{ask.Key.Tenant}/{ask.Key.Project}", $"key:{ask.Key.Tenant}/{ask.Key.Name}", $"user:{ask.Key.Tenant}/{ask.User}"];

    // The largest excess over all spans of time.
    private static IEnumerable<string> Passed(string scope, string what, List<(TimeSpan At, long N)> taken, int perMinute, long rebuilt)
    {
        taken.Sort();
        for (var from = 0; from < taken.Count; from++)
        {
            var sum = 0L;
            for (var to = from; to < taken.Count; to++)
            {
                sum += taken[to].N;
                var most = (perMinute * (1 + rebuilt)) + (perMinute * (taken[to].At - taken[from].At + Slack).TotalMinutes);
                if (sum <= most)
                    continue;
                yield return $"{scope}: {sum} {what} within {(taken[to].At - taken[from].At).TotalSeconds:0.0} s, at most {most:0} allowed";
                yield break;
            }
        }
    }
}
