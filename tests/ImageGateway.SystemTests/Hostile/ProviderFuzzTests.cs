using System.Text;
using ImageGateway.SystemTests.Running;
using ImageGateway.SystemTests.Schema;
using ImageGateway.Tests;
using ImageGateway.Tests.Fuzzing;
using Xunit.Abstractions;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Whatever a provider answers, the client has a success, an error in the envelope or a connection that breaks off; the gateway itself never fails.</summary>
[Collection(HostileCollection.Name)]
public sealed class ProviderFuzzTests : IDisposable
{
    private static readonly int[] OfAProvider = [502, 503, 504];

    private readonly HostileGateway _hostile;
    private readonly ITestOutputHelper _output;
    private readonly int _failures = LogScan.Failures.Count;

    public ProviderFuzzTests(HostileGateway hostile, ITestOutputHelper output)
    {
        (_hostile, _output) = (hostile, output);
        hostile.Begin();
    }

    [Fact]
    public async Task Any_answer_of_a_provider_is_passed_on_or_told_as_its_failure()
    {
        var (statuses, cut) = (new SortedDictionary<int, int>(), 0);
        await new Fuzzer(_output).RunAsync(800, Draw, async (answer, random) =>
        {
            _hostile.Gateway.Enable();
            _hostile.Provider.Answer = _ => answer;
            var body = $$"""{"model":"openai/{{random.Pick("gpt-image-1", "dall-e-3")}}","prompt":"a fox {{Guid.NewGuid()}}"{{random.Pick("", ",\"stream\":true", ",\"response_format\":\"url\"")}}}""";
            var answers = await Wire.AskAsync(_hostile.Url, HostileGateway.Request("/v1/images/generations", body, more: random.Chance(20) ? $"Idempotency-Key: {Guid.NewGuid()}\r\n" : ""));
            if (answers.Count == 0)
                cut++;
            foreach (var given in answers)
            {
                Assert.True(given.Status is >= 200 and < 500 || OfAProvider.Contains(given.Status), $"{given.Head}\n{given.Text}");
                if (given.Status >= 400)
                    OpenAISchema.CheckError(System.Text.Json.Nodes.JsonNode.Parse(given.Text)!);
                statuses[given.Status] = statuses.GetValueOrDefault(given.Status) + 1;
            }
        });
        _output.WriteLine($"{string.Join(", ", statuses.Select(status => $"{status.Value} x {status.Key}"))}, {cut} broken off");
    }

    public void Dispose() => Assert.Equal(_failures, LogScan.Failures.Count);

    private static byte[] Draw(Random random)
    {
        var (mutator, seed, other) = (new Mutator(random), random.Pick([.. Seed.Answers]), random.Pick([.. Seed.Answers]));
        var body = random.Next(4) switch
        {
            0 => mutator.Bytes(seed.Body, other.Body),
            1 => mutator.Pieces(seed.Body, "\n\n", "\n", ",", "\""),
            2 when seed.Body[0] == '{' => mutator.Json(seed.Body),
            _ => seed.Body,
        };
        var head = Encoding.Latin1.GetBytes($"{seed.Head}\r\nConnection: close{(random.Chance(50) ? $"\r\nContent-Length: {body.Length}" : "")}");
        if (random.Chance(40))
            head = random.Chance(50) ? mutator.Pieces(head, "\r\n", ": ", " ") : mutator.Bytes(head, head);
        return [.. head, .. "\r\n\r\n"u8, .. body];
    }
}
