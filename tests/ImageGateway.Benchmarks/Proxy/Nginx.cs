using ImageGateway.Benchmarks.Processes;

namespace ImageGateway.Benchmarks.Proxy;

/// <summary>nginx as a reverse proxy, tuned for large answers: 64 KB buffers, nothing spilled to disk, connections kept.</summary>
internal static class Nginx
{
    private static readonly string[] Places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx"];

    /// <summary>The program, or null when it is not installed.</summary>
    public static string? Find() => Array.Find(Places, File.Exists);

    public static ChildCommand Command(string program, string directory, int port, int upstream)
    {
        directory = Directory.CreateDirectory(Path.Combine(directory, "nginx")).FullName;
        var file = Path.Combine(directory, "nginx.conf");
        File.WriteAllText(file, Configuration(directory, port, upstream));
        return new ChildCommand("nginx", program, "-p", directory, "-e", "stderr", "-c", file);
    }

    private static string Configuration(string directory, int port, int upstream) => $$"""
        daemon off;
        worker_processes 2;
        pid {{directory}}/pid;
        error_log stderr error;
        {{(Environment.IsPrivilegedProcess ? "user root;" : "")}}
        events { worker_connections 1024; }
        http {
          access_log off;
          tcp_nodelay on;
          keepalive_requests 1000000000;
          client_body_temp_path {{directory}}/body;
          proxy_temp_path {{directory}}/proxy;
          fastcgi_temp_path {{directory}}/fastcgi;
          uwsgi_temp_path {{directory}}/uwsgi;
          scgi_temp_path {{directory}}/scgi;
          upstream stub { server 127.0.0.1:{{upstream}}; keepalive 128; keepalive_requests 1000000000; }
          server {
            listen 127.0.0.1:{{port}} backlog=512;
            client_max_body_size 64m;
            client_body_buffer_size 1m;
            location / {
              proxy_pass http://stub;
              proxy_http_version 1.1;
              proxy_set_header Connection "";
              proxy_request_buffering off;
              proxy_buffer_size 64k;
              proxy_buffers 16 64k;
              proxy_max_temp_file_size 0;
            }
          }
        }
        """;
}
