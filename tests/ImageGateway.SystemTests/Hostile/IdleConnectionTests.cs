using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ImageGateway.SystemTests.Running;
using Xunit.Abstractions;

namespace ImageGateway.SystemTests.Hostile;

/// <summary>Ten thousand connections that say nothing: half of them never did, half have had an answer.</summary>
public sealed class IdleConnectionTests(ITestOutputHelper output)
{
    private const int Idle = 10_000;
    private const int Max = Idle + 100;

    // A socket, its two pipes and the protocol's parser; no block of the pool, since there is nothing to be read.
    private const int Share = 32 * 1024;

    private static readonly byte[] Question = Encoding.ASCII.GetBytes("GET /healthz/live HTTP/1.1\r\nHost: gateway\r\n\r\n");

    [Fact]
    public async Task Ten_thousand_idle_connections_cost_little_and_stop_nobody_and_the_bound_holds()
    {
        await using var gateway = await HostileProcess.StartAsync($"\"Connections\": {{ \"Max\": {Max} }},");
        AssertFilesSuffice(gateway);
        for (var i = 0; i < 200; i++)
            Assert.Equal(200, await gateway.StatusAsync(Generation()));
        var (before, start, sockets) = (gateway.Resident, Stopwatch.GetTimestamp(), new List<Socket>());
        try
        {
            await OpenAsync(gateway, sockets, Idle);
            await Until.TrueAsync(() => Task.FromResult(gateway.Opened >= Idle), "all are open", TimeSpan.FromMilliseconds(50), TimeSpan.FromSeconds(20));
            var (growth, opened) = ((gateway.Resident - before) / Idle, Stopwatch.GetElapsedTime(start));
            start = Stopwatch.GetTimestamp();
            Assert.Equal(200, await gateway.StatusAsync(Generation()));
            output.WriteLine($"opened in {opened.TotalSeconds:0.0} s; {growth / 1024.0:0.0} KiB of resident set each; a picture then took {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms");
            Assert.InRange(growth, 0, Share);
            Assert.All(sockets, socket => Assert.False(IsClosed(socket), "a connection was closed"));

            await OpenAsync(gateway, sockets, 2 * (Max - Idle));
            await Until.TrueAsync(() => sockets.Skip(Idle).Count(IsClosed) >= Max - Idle, "those above the bound are closed");
            Assert.Null(await gateway.StatusAsync(Generation()));
        }
        finally
        {
            foreach (var socket in sockets)
                socket.Close(0); // with a reset: the system would keep ten thousand addresses busy for a minute
        }
        await Until.TrueAsync(async () => await gateway.StatusAsync(Generation()) == 200, "there is room again");
    }

    // A few at a time, as the system lets so many wait to be taken; every other one asks something.
    private static async Task OpenAsync(HostileProcess gateway, List<Socket> sockets, int count)
    {
        for (var opened = 0; opened < count; opened += 100)
        {
            var some = Enumerable.Range(0, 100).Select(_ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)).ToList();
            sockets.AddRange(some);
            await Task.WhenAll(some.Select((socket, i) => OpenAsync(socket, gateway.Url, asks: i % 2 == 0 && sockets.Count <= Idle)));
        }
    }

    private static async Task OpenAsync(Socket socket, Uri url, bool asks)
    {
        await socket.ConnectAsync(IPAddress.Parse(url.Host), url.Port);
        if (!asks)
            return;
        await socket.SendAsync(Question);
        var (buffer, read) = (new byte[4096], 0);
        while (buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) < 0)
            Assert.NotEqual(0, read += await socket.ReceiveAsync(buffer.AsMemory(read)));
    }

    // Without waiting: it can be read, and there is nothing.
    private static bool IsClosed(Socket socket) => socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0;

    private static void AssertFilesSuffice(HostileProcess gateway)
    {
        var here = long.Parse(File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);
        Assert.True(Math.Min(here, gateway.MayOpen) >= Max + 1000, $"This machine lets a process open {here} files, and the gateway {gateway.MayOpen}: ten thousand connections need {Max + 1000} (ulimit -n).");
    }

    private static string Generation() => HostileGateway.Request("/v1/images/generations", $$"""{"model":"gpt-image-2","prompt":"a fox {{Guid.NewGuid()}}","quality":"low","size":"1024x1024"}""");
}
