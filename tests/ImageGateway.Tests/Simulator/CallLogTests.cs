using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ImageGateway.Simulator.Calls;

namespace ImageGateway.Tests.Simulator;

public sealed class CallLogTests : SimulatorFixture
{
    [Fact]
    public async Task Call_is_logged_with_all_it_carried_and_got()
    {
        Client.DefaultRequestHeaders.Add("X-Test", "yes");
        var response = await GenerateAsync(body => { body["n"] = 2; body["user"] = "u1"; }, "/accounts/west/v1/images/generations?a=b");
        var answer = await ReadAsync(response);

        var list = JsonNode.Parse(await Client.GetStringAsync("/_simulator/calls"))!;
        var call = list["calls"]![0]!;
        Assert.Equal(1, (int)list["total"]!);
        Assert.Equal(("west", "openai", "generation"), ((string?)call["account"], (string?)call["kind"], (string?)call["operation"]));
        Assert.Equal(("/accounts/west/v1/images/generations", "?a=b"), ((string?)call["path"], (string?)call["query"]));
        Assert.Equal(("bearer", "sk-test", "yes"), ((string?)call["auth"], (string?)call["key"], (string?)call["headers"]!["x-test"]));
        Assert.Equal(("2", "u1", "a fox"), ((string?)call["fields"]!["n"], (string?)call["fields"]!["user"], (string?)call["fields"]!["prompt"]));
        Assert.Equal(("gpt-image-1", 200, true, false), ((string?)call["model"], (int)call["status"]!, (bool)call["completed"]!, (bool)call["aborted"]!));
        Assert.Equal(8322, (int)call["usage"]!["total_tokens"]!);
        Assert.Equal(
            answer["data"]!.AsArray().Select(item => Convert.ToHexStringLower(SHA256.HashData(Convert.FromBase64String((string)item!["b64_json"]!)))),
            call["images"]!.AsArray().Select(image => (string)image!));
    }

    [Fact]
    public async Task Usage_is_summed_until_the_log_is_cleared()
    {
        await GenerateAsync();
        await GenerateAsync(body => body["quality"] = "low");
        await GenerateAsync(body => body["size"] = "wrong");

        Assert.Equal(new UsageTotals(3, 2, 4, 0, 4160 + 272), Log.Usage);
        Assert.Equal(4436, (int)JsonNode.Parse(await Client.GetStringAsync("/_simulator/usage"))!["total_tokens"]!);
        await Client.DeleteAsync("/_simulator/calls");
        Assert.Equal(new UsageTotals(0, 0, 0, 0, 0), Log.Usage);
        Assert.Empty(Log.Calls);
    }

    [Fact]
    public async Task Refused_call_is_logged_without_usage()
    {
        await GenerateAsync(body => body["n"] = 99);

        Assert.Equal((400, true, null), (Log.Calls.Single().Status, Log.Calls.Single().Completed, Log.Calls.Single().Usage));
    }

    [Fact]
    public void Log_forgets_the_oldest_calls_but_counts_them()
    {
        var log = new CallLog();
        for (var i = 0; i < 10_001; i++)
            log.Begin(Numbered(i));

        Assert.Equal((10_001, 10_000, "/1"), (log.Total, log.Calls.Count, log.Calls[0].Path));
    }

    [Fact]
    public void Call_that_outlives_a_reset_is_not_billed()
    {
        var log = new CallLog();
        var call = log.Begin(Numbered(0));
        log.Clear();

        call.Bill(new TokenUsage(1, 1, 1), ["sha"]);

        Assert.Equal(0, log.Usage.TotalTokens);
    }

    private static Call Numbered(int number) => new()
    {
        Account = "default",
        Kind = ProviderKind.OpenAI,
        Operation = ImageOperation.Generation,
        Path = $"/{number}",
        Query = "",
        Headers = new Dictionary<string, string>(StringComparer.Ordinal),
    };
}
