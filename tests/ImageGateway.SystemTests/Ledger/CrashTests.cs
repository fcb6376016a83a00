using System.Net;
using System.Text.Json.Nodes;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>
/// The gateway is killed at random moments of a busy run, again and again over one database: no call the provider took is
/// missing, and what is there without a call is little.
/// </summary>
public abstract class CrashTests(TestDatabases databases, int rounds)
{
    private const int Clients = 16;

    // Attempts in flight that each kill has to meet.
    private const int Busy = 8;

    // Of a job for two pictures of dall-e-3 both calls may be announced and not made.
    private const int CallsOfTwo = 2;

    [Fact]
    public async Task Every_call_has_its_entry_however_often_the_gateway_is_killed()
    {
        await using var gateway = await LedgerGateway.PrepareAsync(await databases.NewAsync(), """ "ReservationLease": "00:00:05", """);
        // West fails at once, so that half the jobs are at their second attempt; the others are slow.
        gateway.Break(new() { Status = 500 }, "west");
        gateway.Break(new() { Status = 200, Body = Answer(), DelayMilliseconds = 100 });
        var open = new Dictionary<string, int>();
        for (var round = 0; round < rounds; round++)
        {
            var (name, waiting) = await RunAndKillAsync(gateway, round);
            open.Add(name, waiting);
        }
        using (var last = await gateway.StartProcessAsync())
        {
            await Until.TrueAsync(async () => await gateway.Ledger.CountAsync("intents") == 0, "what was open is closed");
            await last.TerminateAsync();
            Assert.Equal(0, await last.ExitCodeAsync());
        }
        Assert.Equal(gateway.Log.Total, gateway.Log.Calls.Count);
        var uncalled = await Accounts.CheckAsync(gateway);
        Assert.All(uncalled, job => Assert.Equal("abandoned", job.Entry.Text("status")));
        Assert.All(uncalled, job => Assert.InRange(job.Uncalled, 1, job.Entry.Number("n") == 1 ? 1 : CallsOfTwo));
        foreach (var round in uncalled.GroupBy(job => job.Entry.Text("end_user")!.Split('-')[0]))
            Assert.True(round.Count() <= open[round.Key], $"{round.Key}: {round.Count()} jobs without a call, {open[round.Key]} were open");
        Assert.Empty(await gateway.Ledger.EntriesAsync("corrects IS NOT NULL"));
        Assert.NotEmpty(await gateway.Ledger.EntriesAsync("status = 'abandoned'"));
        await gateway.Ledger.CheckSumsAsync();
    }

    // Returns the round's name, and the requests that waited for an answer when it was killed.
    private static async Task<(string Name, int Waiting)> RunAndKillAsync(LedgerGateway gateway, int round)
    {
        var name = $"round{round}";
        using var process = await gateway.StartProcessAsync();
        var before = gateway.Log.Total;
        await using var load = new Load(gateway, Clients, name, Change);
        // The moment is a number of calls, so that it is random whatever the machine's speed.
        var moment = before + Random.Shared.Next(20, 120);
        await Until.TrueAsync(() => gateway.Log.Total >= moment && gateway.Log.Calls.Count(call => call.Status is null && !call.Aborted) >= Busy, "calls, many in flight");
        var waiting = load.Open;
        await process.KillAsync();
        await Until.TrueAsync(() => load.Open == 0 && gateway.Log.Calls.All(call => call.Status is not null || call.Aborted), "everybody has noticed");
        Assert.All(load.Answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        return (name, waiting);
    }

    private static void Change(int client, JsonObject job)
    {
        if (client % 4 == 0)
            (job["model"], job["quality"], job["n"]) = ("east/dall-e-3", "standard", CallsOfTwo);
        else
            job["model"] = client % 2 == 0 ? "gpt-image-1" : "east/gpt-image-1";
    }

    private static JsonObject Answer() => new()
    {
        ["created"] = 1,
        ["data"] = new JsonArray(new JsonObject { ["b64_json"] = Convert.ToBase64String(Pictures.Png()) }),
        ["usage"] = new JsonObject { ["input_tokens"] = 2, ["output_tokens"] = 272, ["total_tokens"] = 274 },
    };
}

public sealed class SqliteCrashTests(SqliteDatabases databases) : CrashTests(databases, 50), IClassFixture<SqliteDatabases>;

public sealed class PostgresCrashTests(PostgresDatabases databases) : CrashTests(databases, 10), IClassFixture<PostgresDatabases>;
