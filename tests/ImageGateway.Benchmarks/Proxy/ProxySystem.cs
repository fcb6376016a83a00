using System.Diagnostics;
using System.Net.Sockets;
using ImageGateway.Benchmarks.Load;
using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>What is measured: a server in front of the stub or, as <c>direct</c>, the stub itself.</summary>
internal sealed record ProxySystem(string Name, int Port, ChildProcess Process)
{
    public const string Direct = "direct";
    public const string Yarp = "yarp";

    private static readonly TimeSpan StartTime = TimeSpan.FromSeconds(30);

    /// <summary>In the order of a round.</summary>
    public static readonly string[] Names = [Direct, "nginx", Yarp, "gateway"];

    /// <summary>Starts the stub and the systems asked for, each in a process of its own, and waits until they answer.</summary>
    public static List<ProxySystem> Start(IReadOnlyCollection<string> names, ChildProcesses children)
    {
        var stubPort = FreePort.Next();
        var stub = new ProxySystem(Direct, stubPort, children.Start(DotNet.Self("stub", $"{stubPort}")));
        stub.WaitUntilItAnswers();
        var systems = names.Contains(Direct) ? new List<ProxySystem> { stub } : [];
        foreach (var name in Names.Where(name => name != Direct && names.Contains(name)))
        {
            var port = FreePort.Next();
            if (Command(name, children.Directory, port, stubPort) is not { } command)
                continue;
            systems.Add(new ProxySystem(name, port, children.Start(command)));
            systems[^1].WaitUntilItAnswers();
        }
        return systems;
    }

    private static ChildCommand? Command(string name, string directory, int port, int upstream)
    {
        if (name == Yarp)
            return DotNet.Self(Yarp, $"{port}", $"{upstream}");
        if (name == "gateway")
            return Gateway.Command(directory, port, upstream);
        if (Nginx.Find() is { } program)
            return Nginx.Command(program, directory, port, upstream);
        Console.Error.WriteLine("nginx is not installed and left out.");
        return null;
    }

    private void WaitUntilItAnswers()
    {
        var begin = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var caller = new Caller(Requests.For(Answers.Small), Port);
                caller.Call();
                return;
            }
            catch (Exception e) when (e is SocketException or InvalidDataException)
            {
                if (Process.HasExited || Stopwatch.GetElapsedTime(begin) > StartTime)
                    throw new LoadException($"{Name} does not answer: {e.Message}\n{Process.Output()}", e);
                Thread.Sleep(50);
            }
        }
    }
}
