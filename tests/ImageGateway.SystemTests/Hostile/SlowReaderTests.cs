using System.Diagnostics;
using System.Text;
using ImageGateway.SystemTests.Running;
using Xunit.Abstractions;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>A hundred clients that read their pictures at 1 KB/s, in a gateway as it is by default.</summary>
public sealed class SlowReaderTests(ITestOutputHelper output)
{
    private const int Readers = 100;

    // What the server holds for one: 128 KiB that wait for the client, the block that is being read into, and the connections themselves.
    private const int Share = 320 * 1024;

    private const string Usage = """{"input_tokens":2,"input_tokens_details":{"image_tokens":0,"text_tokens":2},"output_tokens":272,"total_tokens":274}""";

    [Fact]
    public async Task Slow_readers_hold_a_few_buffers_each_and_nobody_waits_for_them()
    {
        await using var gateway = await HostileProcess.StartAsync();
        gateway.Provider.Answer = Large;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => gateway.StatusAsync(Request("false"))));
        await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => gateway.StatusAsync(Request("true"))));
        var before = gateway.Resident;

        using var end = new CancellationTokenSource();
        var taken = new int[Readers];
        var reading = Enumerable.Range(0, Readers).Select(i => ReadAsync(gateway.Url, i % 2 == 0 ? "true" : "false", read => taken[i] = read, end.Token)).ToList();
        await Until.TrueAsync(() => Array.TrueForAll(taken, bytes => bytes >= 3 * 1024) || reading.Exists(reader => reader.IsCompleted), "all read for some seconds");
        Assert.All(reading, reader => Assert.False(reader.IsCompleted, "a reader was cut off"));
        var growth = (gateway.Resident - before) / Readers;
        var start = Stopwatch.GetTimestamp();
        Assert.Equal(200, await gateway.StatusAsync(Request("false")));
        output.WriteLine($"{growth / 1024} KiB of resident set a reader; another client had its 1.5 MB after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
        await end.CancelAsync();
        await Task.WhenAll(reading);

        Assert.InRange(growth, 0, Share);
    }

    private static async Task ReadAsync(Uri url, string stream, Action<int> taken, CancellationToken end)
    {
        using var wire = await Wire.ConnectAsync(url, receiveBuffer: 4096);
        await wire.WriteAsync(Request(stream));
        using var second = new PeriodicTimer(TimeSpan.FromSeconds(1));
        var (buffer, all, read) = (new byte[1024], 0, 0);
        try
        {
            while ((read = await wire.ReadAsync(buffer)) > 0)
            {
                taken(all += read);
                await second.WaitForNextTickAsync(end);
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    private static string Request(string stream) =>
        HostileGateway.Request("/v1/images/generations", $$"""{"model":"gpt-image-2","prompt":"a fox {{Guid.NewGuid()}}","quality":"low","size":"1024x1024","stream":{{stream}}}""");

    private static byte[] Large(WireRequest request) => HostileGateway.Answer(request, request.Body.AsSpan().IndexOf("\"stream\":true"u8) >= 0 ? Events : Json);

    private static readonly byte[] Json = Encoding.ASCII.GetBytes($$"""{"created":1,"data":[{"b64_json":"{{new string('A', 1_500_000)}}"}],"usage":{{Usage}}}""");

    private static readonly byte[] Events = Encoding.ASCII.GetBytes(string.Concat(
        Event("partial_image", "\"partial_image_index\":0"), Event("partial_image", "\"partial_image_index\":1"), Event("completed", $"\"usage\":{Usage}")));

    private static string Event(string name, string more) =>
        $$"""event: image_generation.{{name}}{{"\n"}}data: {"type":"image_generation.{{name}}","b64_json":"{{new string('A', 500_000)}}",{{more}}}{{"\n\n"}}""";
}
