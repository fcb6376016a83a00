using ImageGateway.Simulator.Faults;
using ImageGateway.SystemTests.Databases;
using ImageGateway.SystemTests.Running;

namespace ImageGateway.SystemTests.Ledger;

/// <summary>Calls whose answer did not come whole: the provider may bill them, so they are charged at their worst case.</summary>
public abstract class LostAnswerTests(TestDatabases databases) : EntryTest(databases)
{
    [Fact]
    public async Task Time_out_is_charged_at_its_worst_case()
    {
        Gateway.Break(new Fault { Hang = true });
        using var response = await Gateway.GenerateAsync(job => job["model"] = "hasty/gpt-image-1");
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("failed", "upstream_timeout"), entry.End);
        Assert.Equal((Worst, "estimate"), entry.Charge);
        Assert.Equal((null, "upstream_timeout"), ((int?)entry.Attempts.Single()["status"], (string?)entry.Attempts.Single()["error_code"]));
    }

    // The provider behind the proxy may go on.
    [Fact]
    public async Task Time_out_of_a_proxy_is_charged_at_its_worst_case()
    {
        Gateway.Break(new Fault { Html = true, Status = 504 });
        using var response = await Gateway.GenerateAsync();
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("failed", "upstream_error"), entry.End);
        Assert.Equal((Worst, "estimate"), entry.Charge);
        Assert.Equal(504, (int?)entry.Attempts.Single()["status"]);
    }

    [Fact]
    public async Task Stream_that_breaks_off_is_charged_at_its_worst_case()
    {
        Gateway.Break(new Fault { CutAfterEvents = 1 });
        using var response = await Gateway.GenerateAsync(job => (job["stream"], job["partial_images"]) = (true, 2));
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("failed", "upstream_error"), entry.End);
        Assert.Equal((Worst + (200 * 40_000), "estimate"), entry.Charge);
        Assert.Equal(0, entry.Number("images"));
    }

    // The provider bills a picture as soon as it was about to be sent: more may be billed than came.
    [Fact]
    public async Task Stream_that_breaks_off_after_one_of_two_pictures_is_charged_for_both()
    {
        Gateway.Break(new Fault { CutAfterEvents = 1 });
        using var response = await Gateway.GenerateAsync(job => (job["stream"], job["n"]) = (true, 2));
        var entry = await Gateway.EntryAsync(response);
        Assert.Equal(("failed", "upstream_error"), entry.End);
        Assert.Equal(((5 * 5_000) + (2 * 272 * 40_000), "estimate"), entry.Charge);
        Assert.Equal(1, entry.Number("images"));
    }

    [Fact]
    public async Task Client_that_leaves_before_the_answer_is_charged_the_worst_case()
    {
        Gateway.Break(new Fault { Hang = true });
        using var leaving = new CancellationTokenSource();
        var request = Gateway.GenerateAsync(cancellationToken: leaving.Token);
        await Until.TrueAsync(() => Gateway.Log.Calls.Any(call => call.Fields.Count > 0), "the call");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        var entry = await Gateway.Ledger.OnlyEntryAsync();
        Assert.Equal(("failed", "client_disconnected"), entry.End);
        Assert.Equal((Worst, "estimate"), entry.Charge);
        Assert.Equal("client_disconnected", (string?)entry.Attempts.Single()["error_code"]);
    }

    [Fact]
    public async Task Client_that_leaves_in_the_middle_of_a_stream_is_charged_the_worst_case()
    {
        Gateway.Break(new Fault { HangAfterEvents = 1 });
        using (var response = await Gateway.GenerateAsync(job => (job["stream"], job["partial_images"]) = (true, 1)))
        await using (var body = await response.Content.ReadAsStreamAsync())
            Assert.True(await body.ReadAsync(new byte[100]) > 0);
        var entry = await Gateway.Ledger.OnlyEntryAsync();
        Assert.Equal(("failed", "client_disconnected"), entry.End);
        Assert.Equal((Worst + (100 * 40_000), "estimate"), entry.Charge);
    }
}

public sealed class SqliteLostAnswerTests(SqliteDatabases databases) : LostAnswerTests(databases), IClassFixture<SqliteDatabases>;

public sealed class PostgresLostAnswerTests(PostgresDatabases databases) : LostAnswerTests(databases), IClassFixture<PostgresDatabases>;
