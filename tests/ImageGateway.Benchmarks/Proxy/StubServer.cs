using System.Net;
using System.Net.Sockets;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>
/// The upstream: answers at once with bytes prepared beforehand. A thread and a blocking socket per connection,
/// because every cycle it takes on a small machine is one that the proxy under test does not get.
/// </summary>
internal static class StubServer
{
    public static int Run(int port)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        while (true)
        {
            var connection = new StubConnection(listener.Accept());
            new Thread(connection.Serve, maxStackSize: 256 * 1024) { IsBackground = true }.Start();
        }
    }
}
