using System.Text;
using System.Text.Json;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;
using ImageGateway.Tests;
using ImageGateway.Tests.Fuzzing;
using Xunit.Abstractions;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Whatever comes over a connection is answered with success or a 4xx in the envelope; nothing fails, nothing stays in memory, and no provider is asked more than once.</summary>
[Collection(HostileCollection.Name)]
public sealed class RequestFuzzTests : IDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(200);

    // What the server says before there is a request: no length or two, a target or a version that is none.
    private static readonly int[] OfTheServer = [400, 405, 408, 411, 413, 414, 431, 505];

    private readonly HostileGateway _hostile;
    private readonly ITestOutputHelper _output;
    private readonly int _failures = LogScan.Failures.Count;

    public RequestFuzzTests(HostileGateway hostile, ITestOutputHelper output)
    {
        (_hostile, _output) = (hostile, output);
        hostile.Begin();
    }

    [Fact]
    public Task Any_body_is_answered() => FuzzAsync(1500, random =>
    {
        var (mutator, seed) = (new Mutator(random), random.Pick([.. Seed.Requests]));
        var body = random.Next(3) switch
        {
            0 => mutator.Bytes(seed.Body, random.Pick([.. Seed.Requests]).Body),
            1 when seed.IsForm => mutator.Pieces(seed.Body, "\r\n--", "\r\n", "; "),
            1 => mutator.Pieces(seed.Body, ",", ":", "\""),
            _ => seed.IsForm ? mutator.Pieces(mutator.Pieces(seed.Body, "\r\n--"), "\r\n") : mutator.Json(seed.Body),
        };
        return Whole(Head(seed, body.Length), body);
    }, isWhole: true);

    [Fact]
    public Task Any_head_is_answered() => FuzzAsync(500, random =>
    {
        var (mutator, seed) = (new Mutator(random), random.Pick([.. Seed.Requests]));
        var head = Encoding.Latin1.GetBytes(Head(seed, seed.Body.Length));
        head = random.Chance(50) ? mutator.Pieces(head, "\r\n", ": ", ", ", "/", " ") : mutator.Bytes(head, head);
        return Whole(Encoding.Latin1.GetString(head), seed.Body);
    }, isWhole: false);

    public void Dispose() => Assert.Equal(_failures, LogScan.Failures.Count);

    private async Task FuzzAsync(int inputs, Func<Random, byte[]> draw, bool isWhole)
    {
        var statuses = new SortedDictionary<int, int>();
        await new Fuzzer(_output).RunAsync(inputs, draw, async (request, _) =>
        {
            _hostile.Provider.Arrivals.Clear();
            var answers = await Wire.AskAsync(_hostile.Url, request, isWhole ? null : Short);
            Assert.True(!isWhole || answers.Count == 1, $"{answers.Count} answers");
            foreach (var answer in answers)
            {
                AssertAnswer(answer, isWhole);
                statuses[answer.Status] = statuses.GetValueOrDefault(answer.Status) + 1;
            }
            Assert.InRange(_hostile.Provider.Arrivals.Count, 0, Math.Max(1, answers.Count));
            await Until.TrueAsync(() => _hostile.Gateway.Held == 0, "its memory is free again");
        });
        _output.WriteLine(string.Join(", ", statuses.Select(status => $"{status.Value} x {status.Key}")));
    }

    private static void AssertAnswer(WireAnswer answer, bool isWhole)
    {
        if (!isWhole && answer.Body.Length == 0 && OfTheServer.Contains(answer.Status))
            return;
        Assert.True(answer.Status is >= 200 and < 500 or 505, $"{answer.Head}\n{answer.Text}");
        Assert.True(answer.Header("x-request-id") is not null, answer.Head);
        if (answer.Status >= 400)
            OpenAISchema.CheckError(System.Text.Json.Nodes.JsonNode.Parse(answer.Text)!);
        else if (answer.Header("Content-Type") == "application/json")
            JsonDocument.Parse(answer.Body).Dispose();
    }

    private static string Head(Seed seed, int length)
    {
        var lines = seed.Head.Replace("KEY", Keys.Acme, StringComparison.Ordinal).Split("\r\n").Where(line => !line.StartsWith("Connection", StringComparison.OrdinalIgnoreCase) && !line.StartsWith("Content-Length", StringComparison.OrdinalIgnoreCase));
        return string.Join("\r\n", [.. lines, "Connection: close", $"Content-Length: {length}"]);
    }

    private static byte[] Whole(string head, byte[] body) => [.. Encoding.Latin1.GetBytes(head), .. "\r\n\r\n"u8, .. body];
}
