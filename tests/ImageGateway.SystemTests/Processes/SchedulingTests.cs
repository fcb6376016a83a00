using System.Globalization;
using ImageGateway.SystemTests.Running;
using ImageGateway.Tests.Databases;

namespace ImageGateway.SystemTests.Processes;

/// <summary>The threads that carry pictures do not interrupt each other (sched(7)); how an operator starts the gateway goes before.</summary>
public sealed class SchedulingTests : IDisposable
{
    private const int Batch = 3;
    private const int Idle = 5;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_scheduled_for_throughput() => Assert.All(await PoliciesAsync([]), policy => Assert.Equal(Batch, policy));

    [Fact]
    public async Task What_the_operator_chose_stays() => Assert.All(await PoliciesAsync(["chrt", "--idle", "0"]), policy => Assert.Equal(Idle, policy));

    // Of the threads of the pool and of those that wait for sockets, once it listens.
    private async Task<List<int>> PoliciesAsync(string[] under)
    {
        using var process = GatewayProcess.Start(under, _folder.Path, ["--urls", $"http://127.0.0.1:{RedisServer.FreePort()}", "--ConnectionStrings:Database", ""]);
        await process.LineAsync("demo key");
        var threads = Directory.GetDirectories($"/proc/{process.Id}/task")
            .Where(thread => File.ReadAllText($"{thread}/comm").TrimEnd() is ".NET TP Worker" or ".NET Sockets").ToList();
        Assert.NotEmpty(threads);
        return threads.ConvertAll(Policy);
    }

    // Field 41 of proc(5); what is before the last bracket is the name.
    private static int Policy(string thread) => int.Parse(
        File.ReadAllText($"{thread}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[38], CultureInfo.InvariantCulture);
}
