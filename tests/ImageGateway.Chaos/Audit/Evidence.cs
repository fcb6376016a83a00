using Dapper;
using ImageGateway.Chaos.Clients;
using ImageGateway.Chaos.Fleet;
using ImageGateway.Simulator.Calls;
using Npgsql;

namespace ImageGateway.Chaos.Audit;

/// <summary>All that is known when the run is over: what clients, providers and the ledger say.</summary>
internal sealed class Evidence
{
    private const string Entries = """
        SELECT id AS "Id", created_at AS "CreatedAt", tenant AS "Tenant", project AS "Project", key_id AS "KeyId", end_user AS "User", n AS "N", charge AS "Charge", basis AS "Basis",
          status AS "Status", attempts AS "Attempts", corrects AS "Corrects", client_request_id AS "ClientRequestId" FROM entries
        """;

    private readonly Dictionary<string, Reply> _requests;

    private Evidence(IReadOnlyCollection<Reply> replies, IReadOnlyList<Call> calls, IReadOnlyList<Job> jobs)
    {
        (Replies, Jobs) = (replies, jobs);
        _requests = replies.ToDictionary(reply => reply.Id);
        CallsById = calls.ToDictionary(call => call.RequestId);
        // What a provider has not read whole it knows no prompt of, and bills nothing for.
        Calls = calls.Where(call => call.Fields.ContainsKey("prompt")).ToLookup(call => call.Fields["prompt"]);
        JobsByPrompt = jobs.Where(job => Of(job) is not null).ToLookup(job => Of(job)!.Ask.Prompt);
    }

    public IReadOnlyCollection<Reply> Replies { get; }

    public IReadOnlyList<Job> Jobs { get; }

    /// <summary>The providers' calls by the id that each was answered with.</summary>
    public IReadOnlyDictionary<string, Call> CallsById { get; }

    /// <summary>The providers' calls by prompt.</summary>
    public ILookup<string, Call> Calls { get; }

    /// <summary>The ledger's jobs by prompt, which the ledger itself does not know.</summary>
    public ILookup<string, Job> JobsByPrompt { get; }

    /// <summary>The request that was a job; null: it is none of the run's.</summary>
    public Reply? Of(Job job) => job.Request is { } id ? _requests.GetValueOrDefault(id) : null;

    /// <summary>What a call costs by the published prices, in nano-USD; zero for one that was not billed.</summary>
    public static long Cost(Call call) => call.Usage is { } usage ? SystemTests.Ledger.Prices.Gpt(usage) : call.Images.Count * SystemTests.Ledger.Prices.DallE3;

    /// <summary>Collects it; nothing may run any more.</summary>
    public static async Task<Evidence> CollectAsync(FleetSystem fleet, IReadOnlyCollection<Reply> replies)
    {
        var calls = await Task.WhenAll(fleet.Providers.Select(provider => provider.CallsAsync()));
        await using var connection = new NpgsqlConnection(fleet.Database);
        return new Evidence(replies, [.. calls.SelectMany(list => list)], Job.Of(await connection.QueryAsync<EntryRow>(Entries)));
    }
}
