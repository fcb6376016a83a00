using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace ImageGateway.SystemTests.Running;

/// <summary>
/// Reads every line that a gateway logs while these tests run, at the level Verbose of its own parts: those of this process from its standard output, which it
/// takes in the place of the console, and those of gateways in processes of their own.
/// </summary>
internal static class LogScan
{
    // The prompt of most jobs here, and words of others.
    private static readonly string[] Private = [.. Keys.Files.Values.Select(key => key.Trim()), "a fox", "very secret fox", "\"prompt\"", "b64_json"];

    private static readonly ConcurrentQueue<string> Leaks = new();
    private static readonly ConcurrentQueue<string> Unexpected = new();
    private static long _lines;

    /// <summary>Lines that had something private in them.</summary>
    public static IReadOnlyCollection<string> Found => Leaks;

    /// <summary>Lines that tell of a failure that nobody foresaw.</summary>
    public static IReadOnlyCollection<string> Failures => Unexpected;

    /// <summary>Lines that were read.</summary>
    public static long Lines => Interlocked.Read(ref _lines);

    /// <summary>Takes a line; what is none of a log is passed over.</summary>
    public static void Read(string line)
    {
        if (IsOfALog(line))
            Interlocked.Increment(ref _lines);
        if (IsPrivate(line))
            Leaks.Enqueue(line);
        if (IsOfALog(line) && (line.Contains("unexpected failure", StringComparison.Ordinal) || line.Contains("An unhandled exception", StringComparison.Ordinal)))
            Unexpected.Enqueue(line);
    }

    /// <summary>True for a line of a log with something private in it.</summary>
    public static bool IsPrivate(string line) => IsOfALog(line) && Array.Exists(Private, secret => line.Contains(secret, StringComparison.Ordinal));

    private static bool IsOfALog(string line) => line.StartsWith("{\"Timestamp\"", StringComparison.Ordinal);

    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "The tests are the application.")]
    public static void Begin() => Console.SetOut(new Reader(Console.Out));

    private sealed class Reader(TextWriter console) : TextWriter
    {
        private readonly StringBuilder _line = new();

        public override Encoding Encoding => console.Encoding;

        public override void Write(char value)
        {
            lock (_line)
            {
                if (value != '\n')
                {
                    _line.Append(value);
                    return;
                }
                End();
            }
        }

        public override void Write(string? value)
        {
            foreach (var letter in value ?? "")
                Write(letter);
        }

        // What is no line of a log goes on to the console.
        private void End()
        {
            var line = _line.ToString().TrimEnd('\r');
            _line.Clear();
            if (IsOfALog(line))
                LogScan.Read(line);
            else
                console.WriteLine(line);
        }
    }
}
