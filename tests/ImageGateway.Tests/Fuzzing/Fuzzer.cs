using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace ImageGateway.Tests.Fuzzing;

/// <summary>
/// Tries hostile inputs against a law, each drawn from a number of its own: always the same, some thousands, and no longer than CI
/// has time; or, with <c>IMAGEGATEWAY_FUZZ=00:05:00</c>, for so long each, beginning at another number (or at <c>IMAGEGATEWAY_SEED</c>).
/// </summary>
internal sealed class Fuzzer(ITestOutputHelper output)
{
    /// <summary>No input of some kilobytes may take longer, every time it is tried: a machine that is busy with others is slow now and then.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>What a busy CI spends on each at most.</summary>
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(4);

    /// <summary>Bytes that no input of some kilobytes may allocate: a picture of a few megabytes unpacked, and nothing that grows with what an input claims.</summary>
    private const long Most = 16 << 20;

    private const int Fewest = 25;

    private static readonly TimeSpan? Time = TimeSpan.TryParse(Environment.GetEnvironmentVariable("IMAGEGATEWAY_FUZZ"), CultureInfo.InvariantCulture, out var time) ? time : null;

    private static readonly int First = int.TryParse(Environment.GetEnvironmentVariable("IMAGEGATEWAY_SEED"), NumberStyles.None, CultureInfo.InvariantCulture, out var seed) ? seed : Time is null ? 1 : Random.Shared.Next(1 << 30);

    /// <summary>Draws inputs and holds each against the law, which throws where it does not hold.</summary>
    /// <param name="inputs">How many, in CI.</param>
    /// <param name="draw">Makes an input.</param>
    /// <param name="law">What must hold for any; its random numbers depend on the input's number alone.</param>
    public void Run(int inputs, Func<Random, byte[]> draw, Action<byte[], Random> law) =>
        RunAsync(inputs, draw, (input, random) =>
        {
            law(input, random);
            return Task.CompletedTask;
        }).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    public async Task RunAsync(int inputs, Func<Random, byte[]> draw, Func<byte[], Random, Task> law)
    {
        var (clock, longest, most, hungriest, tried) = (Stopwatch.StartNew(), TimeSpan.Zero, 0L, 0, 0);
        for (; Time is { } time ? clock.Elapsed < time : tried < inputs && (clock.Elapsed < Enough || tried < Fewest); tried++)
        {
            var (number, start, allocated) = (First + tried, clock.Elapsed, 0L);
            var input = draw(new Random(number));
            try
            {
                allocated = await AllocatedAsync(input, number, law);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Number {number}, {input.Length} bytes:\n{Shown(await SmallestAsync(input, number, law, e.GetType()))}\n{e}", e);
            }
            var took = clock.Elapsed - start;
            for (var again = 0; took > Longest && again < 3; again++)
                took = await TimeAsync(input, number, law);
            Assert.True(took < Longest, $"Number {number} took {took}");
            // Once more: the first one that comes somewhere makes what is made once.
            if (allocated > Most)
                allocated = await AllocatedAsync(input, number, law);
            Assert.True(allocated < Most, $"Number {number}, {input.Length} bytes, allocated {allocated}:\n{Shown(input)}");
            longest = took > longest ? took : longest;
            (most, hungriest) = allocated > most ? (allocated, number) : (most, hungriest);
        }
        output.WriteLine($"{tried} inputs from number {First}, {tried / clock.Elapsed.TotalSeconds:0} a second; at most {longest.TotalMilliseconds:0} ms and {most / 1024} KiB allocated for one (number {hungriest})");
    }

    private static async Task<long> AllocatedAsync(byte[] input, int number, Func<byte[], Random, Task> law)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var held = law(input, new Random(number));
        // What goes on elsewhere allocates elsewhere.
        var allocated = held.IsCompleted ? GC.GetAllocatedBytesForCurrentThread() - before : 0;
        await held;
        return allocated;
    }

    private static async Task<TimeSpan> TimeAsync(byte[] input, int number, Func<byte[], Random, Task> law)
    {
        var start = Stopwatch.GetTimestamp();
        await law(input, new Random(number));
        return Stopwatch.GetElapsedTime(start);
    }

    // Pieces are left out as long as it fails in the same way.
    private static async Task<byte[]> SmallestAsync(byte[] input, int number, Func<byte[], Random, Task> law, Type failure)
    {
        for (var length = input.Length / 2; length > 0; length /= 2)
        {
            for (var at = 0; at + length <= input.Length;)
            {
                byte[] without = [.. input.AsSpan(0, at), .. input.AsSpan(at + length)];
                if (await FailsAsync(without, number, law, failure))
                    input = without;
                else
                    at += length;
            }
        }
        return input;
    }

    private static async Task<bool> FailsAsync(byte[] input, int number, Func<byte[], Random, Task> law, Type failure)
    {
        try
        {
            await law(input, new Random(number));
            return false;
        }
        catch (Exception e)
        {
            return e.GetType() == failure;
        }
    }

    private static string Shown(byte[] input) => $"{Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4096)))}\n{System.Text.Encoding.Latin1.GetString(input.AsSpan(0, Math.Min(input.Length, 1000)))}";
}
